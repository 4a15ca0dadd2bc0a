// What the operator asked for: flags, environment variables and the config file, checked.
//
// Made once at start, then read only. Parsing reports all faults at once, each naming the flag (or
// variable, or key) and the rule, never a secret's value.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gateway/base/http_message.h"
#include "gateway/base/result.h"

namespace gateway {

/// Whose token goes upstream.
enum class Auth { kGateway, kCaller };

enum class HttpVersion { kAuto, kHttp1, kHttp2 };
enum class LogFormat { kJson, kText };
enum class LogLevel { kTrace, kDebug, kInfo, kWarn, kError };

/// The defaults are the contract's; README's table of flags says when to change which.
struct Config {
  /// `host:port` or `unix:/path`.
  std::vector<std::string> listen = {"127.0.0.1:50051"};
  unsigned socket_mode = 0660;
  bool insecure = false;
  /// PEM files of the TCP listeners; empty: plaintext.
  std::string tls_cert;
  std::string tls_key;
  /// Whose certificates callers must show; empty: they need none.
  std::string tls_client_ca;
  /// `host:port` of metrics and probes; empty: none.
  std::string admin_listen = "127.0.0.1:9464";

  /// Base URL, without a trailing slash; empty: the proto option's.
  std::string upstream_url;
  std::string region = "us";
  /// True when the operator named a region: a service that does not have it is then a fault.
  bool region_given = false;

  std::string api_key_file;
  /// EXTEND_API_KEY, used when there is no file. Secret.
  std::string api_key;
  Auth auth = Auth::kCaller;

  /// Values for the request headers that `(gateway.v1.upstream).headers.flag` names.
  std::optional<std::string> workspace_id;
  std::optional<std::string> api_version;
  /// More request headers.
  Headers headers;
  /// More metadata names that are passed on, lower case.
  std::vector<std::string> forward_metadata;
  /// Files; empty: the built-in set.
  std::vector<std::string> descriptor_sets;

  std::string upstream_ca;
  std::string upstream_cert;
  std::string upstream_key;
  HttpVersion upstream_http = HttpVersion::kAuto;
  /// Empty: none, whatever the proxy environment variables say.
  std::string upstream_proxy;

  std::chrono::milliseconds timeout{60'000};
  std::chrono::milliseconds attempt_timeout{20'000};
  std::chrono::milliseconds connect_timeout{5'000};
  int max_attempts = 3;
  std::chrono::milliseconds retry_initial_backoff{250};
  std::chrono::milliseconds retry_max_backoff{10'000};

  /// The key of a create's metadata under which the gateway sends an id of its own. When the
  /// response of such a create is lost, the gateway looks for the id among the newest resources,
  /// and so learns whether the create arrived. Empty: off, and a lost create ends with an unknown
  /// outcome. It costs one entry of the resource's metadata, which others see, and a few list
  /// requests after a loss.
  std::string create_marker;

  int max_in_flight = 10'000;
  std::size_t max_request_bytes = std::size_t{4} << 20;
  std::size_t max_response_bytes = std::size_t{64} << 20;

  std::chrono::milliseconds drain_delay{0};
  std::chrono::milliseconds drain_timeout{25'000};

  LogLevel log_level = LogLevel::kInfo;
  LogFormat log_format = LogFormat::kJson;
};

/// Names and values: injected, so that tests have their own.
using Environment = std::vector<std::pair<std::string, std::string>>;

/// What the command line asks to be done.
struct CommandLine {
  enum class Command { kServe, kCheck, kCall, kHealth, kWait, kVersion };
  Command command = Command::kServe;
  Config config;
  /// call, health, wait: where the gateway listens; `host:port` or `unix:/path`.
  std::string address = "127.0.0.1:50051";
  /// call, health, wait: PEM files. With the first, TCP addresses are reached over TLS.
  std::string tls_ca;
  std::string tls_client_cert;
  std::string tls_client_key;
  /// The name that the gateway's certificate must have; empty: the address's host.
  std::string tls_server_name;
  /// call: `package.Service/Method`, and the request as JSON, `-` for standard input.
  std::string method;
  std::string json = "{}";
  /// call: request metadata, from `--metadata NAME=VALUE`.
  Headers metadata;
  /// wait: how long.
  std::chrono::milliseconds max_wait{30'000};
  /// Not empty: print this (a help text) and exit 0.
  std::string help;
};

/// Parses and checks. `arguments` without the program's name.
tl::expected<CommandLine, Errors> ParseCommandLine(const std::vector<std::string>& arguments,
                                                   const Environment& environment);

/// The process's own environment.
Environment ProcessEnvironment();

}  // namespace gateway
