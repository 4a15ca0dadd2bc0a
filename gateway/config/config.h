// What the operator asked for, as typed values: Config for serve and check, ClientConfig for call,
// health and wait.
//
// Plain data, filled by command_line.h once at start and read only from then on. Each default
// stands here alone: the help text shows what it finds here.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "gateway/base/address.h"
#include "gateway/base/http_message.h"

namespace gateway {

enum class Auth {
  kGateway,  ///< The gateway's own API key goes upstream.
  kCaller,   ///< Each caller's own authorization goes upstream.
};
enum class HttpVersion { kAuto, kHttp1, kHttp2 };
enum class LogFormat { kJson, kText };
enum class LogLevel { kTrace, kDebug, kInfo, kWarn, kError };

/// Where a gateway listens, and a client looks for it, by default.
inline Address DefaultAddress() { return {.host = "127.0.0.1", .port = 50051}; }

struct Config {
  // -- Listeners

  /// The addresses at which callers reach the gateway; never empty. Port 0 takes a free port. A
  /// sidecar keeps the default or uses a socket file, whose permissions keep other users out.
  std::vector<Address> listen = {DefaultAddress()};
  /// The permission bits of socket files, whatever the umask is. Widen them for callers that run as
  /// another user and group.
  unsigned socket_mode = 0660;
  /// Allows plaintext on addresses that other machines can reach. Whoever reaches such an address
  /// can read all calls and make calls with the gateway's key.
  bool insecure = false;
  /// PEM files. With them the TCP listeners speak TLS; empty: plaintext. Both or neither.
  std::string tls_cert;
  std::string tls_key;
  /// A PEM file of the CAs that sign callers' certificates; empty: callers need no certificate.
  std::string tls_client_ca;
  /// The address of probes and metrics, plaintext HTTP; nothing: there is no admin listener. In a
  /// pod use 0.0.0.0: kubelets probe the pod's own address.
  std::optional<Address> admin_listen = Address{.host = "127.0.0.1", .port = 9464};

  // -- Upstream

  /// The REST API's base URL, without a trailing slash; empty: the proto's. Set it for a test
  /// double or a proxy that takes plain requests. It wins over `region`.
  std::string upstream_url;
  /// The name of one of the base URLs that the proto lists.
  std::string region = "us";
  /// Whether the operator chose the region: it is an error then if a service lacks it. A service
  /// that lacks the default region has its proto's base URL instead.
  bool region_given = false;
  /// A PEM file of the CAs that the upstream's certificate is verified against; empty: the
  /// system's.
  std::string upstream_ca;
  /// PEM files of the client certificate that the upstream asks for. Both or neither.
  std::string upstream_cert;
  std::string upstream_key;
  /// kAuto is HTTP/1.1. HTTP/2 needs fewer connections; one connection that hangs delays all calls
  /// on it, and libcurl cannot always tell a response that was cut short from a whole one.
  HttpVersion upstream_http = HttpVersion::kAuto;
  /// The URL of a forward proxy, perhaps with a password: secret. Empty: no proxy, whatever the
  /// proxy environment variables say.
  std::string upstream_proxy;

  // -- Credentials and headers

  /// The file of the API key, which is read again when it changes; empty: `api_key` holds the key.
  std::string api_key_file;
  /// The API key from EXTEND_API_KEY, used where there is no file; empty: there is no key. Secret.
  std::string api_key;
  /// Whose authorization goes upstream. ParseCommandLine makes it kGateway where there is a key and
  /// the operator did not choose.
  Auth auth = Auth::kCaller;
  /// Values of the request headers that `(gateway.v1.upstream).headers.flag` names, for calls that
  /// bring none of their own; nothing: the proto's default.
  std::optional<std::string> workspace_id;
  std::optional<std::string> api_version;
  /// More headers of every request. Values may be secret.
  Headers headers;
  /// More metadata of callers that becomes request headers. Names in lower case.
  std::vector<std::string> forward_metadata;
  /// Files of FileDescriptorSets that are served; empty: the built-in API.
  std::vector<std::string> descriptor_sets;

  // -- Time and retries

  /// The most that one call may take, with all attempts and waits. A caller's shorter deadline
  /// wins.
  std::chrono::milliseconds timeout{60'000};
  /// The most that one HTTP request may take. It should be longer than the upstream's slowest
  /// response, and so much shorter than `timeout` that another attempt fits in.
  std::chrono::milliseconds attempt_timeout{20'000};
  /// The most that connecting may take, with the TLS handshake.
  std::chrono::milliseconds connect_timeout{5'000};
  /// The most HTTP requests that one call may make, 1 to 10. 1 switches retries off.
  int max_attempts = 3;
  /// The longest wait before the second attempt. It doubles from attempt to attempt up to
  /// `retry_max_backoff`; each wait is random between zero and it.
  std::chrono::milliseconds retry_initial_backoff{250};
  std::chrono::milliseconds retry_max_backoff{10'000};
  /// The key of a create's metadata under which the gateway sends an id of its own. When the
  /// response of such a create is lost, the gateway looks for the id among the newest resources,
  /// and so learns whether the create arrived. Empty: off, and a lost create ends with an unknown
  /// outcome. It costs one entry of the resource's metadata, which others see, and a few list
  /// requests after a loss.
  std::string create_marker;

  // -- Limits

  /// The most calls at one time; further ones fail with UNAVAILABLE. Each costs about 33 KB and
  /// its messages. Lower it where memory is short.
  int max_in_flight = 10'000;
  /// The largest request message, in bytes.
  std::size_t max_request_bytes = std::size_t{4} << 20;
  /// The largest response body, in bytes, decompressed. Callers must raise their own limit of 4 MiB
  /// to receive so much.
  std::size_t max_response_bytes = std::size_t{64} << 20;

  // -- Stopping

  /// How long calls are still taken after SIGTERM, while health is NOT_SERVING. Set it for load
  /// balancers that notice late.
  std::chrono::milliseconds drain_delay{0};
  /// How long the calls in flight may then take. Whoever kills the process must wait longer than
  /// both together.
  std::chrono::milliseconds drain_timeout{25'000};

  // -- Log

  /// kInfo writes a line a call; kDebug adds lines of the libraries.
  LogLevel log_level = LogLevel::kInfo;
  LogFormat log_format = LogFormat::kJson;
};

struct ClientConfig {
  /// Where the gateway listens.
  Address address = DefaultAddress();
  /// A PEM file of the CAs that the gateway's certificate is verified against: a TCP address is
  /// reached over TLS then. Empty: plaintext. Socket files are always plaintext.
  std::string tls_ca;
  /// PEM files of the certificate for a gateway that asks for one. Both or neither; need `tls_ca`.
  std::string tls_client_cert;
  std::string tls_client_key;
  /// The name that the gateway's certificate must have; empty: the host of `address`.
  std::string tls_server_name;

  /// call: `package.Service/Method`.
  std::string method;
  /// call: the request as JSON; `-`: standard input has it.
  std::string json = "{}";
  /// call: request metadata. Values may be secret.
  Headers metadata;
  /// call: the call's deadline, from its start.
  std::chrono::milliseconds timeout{60'000};
  /// call: files of FileDescriptorSets that know the method; empty: the built-in API.
  std::vector<std::string> descriptor_sets;

  /// wait: how long to wait for SERVING.
  std::chrono::milliseconds max_wait{30'000};
};

}  // namespace gateway
