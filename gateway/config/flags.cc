#include "gateway/config/flags.h"

#include <algorithm>

namespace gateway {
namespace {

/// A region that was asked for must exist, the default one need not.
FlagStore RegionStore() {
  FlagStore store = Stored(&Config::region, NameValue());
  store.set = [set = store.set](Configs& configs, const std::string& text) {
    return set(configs, text).map([&] { configs.server.region_given = true; });
  };
  return store;
}

/// Read before all other flags, by command_line.cc.
FlagStore ConfigFileStore() {
  return {.set =
              [](Configs&, const std::string& text) {
                return PathValue().parse(text).map([](const std::string&) {});
              },
          .text = [](const Configs&) { return std::string(); }};
}

FlagGroup Listeners() {
  return {"Listeners",
          {{.usage = "--listen ADDRESS",
            .help = "Where callers reach the gateway: host:port, [v6]:port or unix:/path. Port 0 "
                    "takes a free port and logs it. A sidecar keeps the default or uses a socket "
                    "file, whose permissions keep other users out.",
            .store = Stored(&Config::listen, ListenAddressValue())},
           {.usage = "--socket-mode OCTAL",
            .help = "Permission bits of socket files, whatever the umask is. 0666 lets in callers "
                    "that run as another user and group.",
            .store = Stored(&Config::socket_mode, ModeValue())},
           {.usage = "--tls-cert FILE",
            .help = "Certificate with its chain (PEM), with --tls-key: TCP listeners then speak "
                    "TLS 1.2 or later. Socket files and the admin listener stay plaintext. The "
                    "gateway reads the file again when it changes; open connections stay.",
            .store = Stored(&Config::tls_cert, PathValue())},
           {.usage = "--tls-key FILE",
            .help = "The certificate's private key (PEM), without a passphrase. It is read again "
                    "when it changes.",
            .store = Stored(&Config::tls_key, PathValue())},
           {.usage = "--tls-client-ca FILE",
            .help = "CA certificates (PEM). Only callers whose certificate is signed by one of "
                    "them may connect. The file is read again when it changes.",
            .store = Stored(&Config::tls_client_ca, PathValue())},
           {.usage = "--insecure",
            .help = "Allows plaintext on addresses other than loopback and socket files. Anyone "
                    "who reaches such an address can read all calls and make calls with the "
                    "gateway's key. Use it only on a network that keeps others out.",
            .store = Stored(&Config::insecure, SwitchValue())},
           {.usage = "--admin-listen ADDRESS",
            .help = "Where probes and metrics are served, in plaintext HTTP: /healthz (alive), "
                    "/readyz (serving and not draining) and /metrics. off serves none. In a pod "
                    "use 0.0.0.0:9464, as kubelets probe the pod's own address.",
            .store = Stored(&Config::admin_listen, AdminAddressValue())}}};
}

FlagGroup Credentials() {
  return {
      "Credentials and headers",
      {{.usage = "--api-key-file FILE",
        .help = "File with the API key. It is read again when it changes and when the upstream "
                "responds with 401. It wins over the environment variable EXTEND_API_KEY. The key "
                "itself is never a flag, because other users can see flags.",
        .store = Stored(&Config::api_key_file, PathValue())},
       {.usage = "--auth WHOSE",
        .help = "Whose token goes upstream. gateway: the gateway's key; what callers send as "
                "authorization is ignored. caller: the caller's authorization; a call without "
                "it fails with UNAUTHENTICATED.",
        .store = Stored(&Config::auth, AuthValue()),
        .otherwise = "gateway if a key is configured, else caller"},
       {.usage = "--workspace-id ID",
        .help = "Workspace of the calls that do not name one in their metadata. A key of a "
                "whole organization needs it.",
        .store = Stored(&Config::workspace_id, HeaderTextValue()),
        .shared_variable = "EXTEND_WORKSPACE_ID"},
       {.usage = "--api-version VERSION",
        .help = "API version of the calls that do not name one in their metadata. Another "
                "version may have fields that the proto lacks.",
        .store = Stored(&Config::api_version, HeaderTextValue()),
        .otherwise = "the header's value in the proto's (gateway.v1.upstream)"},
       {.usage = "--header NAME=VALUE",
        .help = "A header that is added to every request.",
        .store = Stored(&Config::headers, HeaderValue()),
        .secret = true},
       {.usage = "--forward-metadata NAME",
        .help = "Name of metadata that is passed on as a request header when a caller sends it, "
                "in addition to the documented names. NAME may be in any case.",
        .store = Stored(&Config::forward_metadata, ForwardedNameValue())}}};
}

FlagGroup Upstream() {
  return {
      "Upstream",
      {{.usage = "--upstream-url URL",
        .help = "Base URL of the REST API, with its path prefix if it has one. Use it for a "
                "test double or a proxy that takes plain requests. It wins over --region.",
        .store = Stored(&Config::upstream_url, BaseUrlValue()),
        .otherwise = "base_url in the proto's (gateway.v1.upstream)",
        .shared_variable = "EXTEND_BASE_URL"},
       {.usage = "--region NAME",
        .help = "Where your Extend account is: us, us2 or eu. It selects a base URL. For another "
                "API: the name of a region in its proto's (gateway.v1.upstream).",
        .store = RegionStore(),
        .shared_variable = "EXTEND_REGION"},
       {.usage = "--upstream-ca FILE",
        .help = "CA certificates (PEM) that the upstream's certificate is verified against. "
                "The file is read again when it changes.",
        .store = Stored(&Config::upstream_ca, PathValue()),
        .otherwise = "the system's"},
       {.usage = "--upstream-cert FILE",
        .help = "Client certificate (PEM) for an upstream that asks for one, with "
                "--upstream-key. The file is read again when it changes.",
        .store = Stored(&Config::upstream_cert, PathValue())},
       {.usage = "--upstream-key FILE",
        .help = "The certificate's private key (PEM), without a passphrase. It is read again "
                "when it changes.",
        .store = Stored(&Config::upstream_key, PathValue())},
       {.usage = "--upstream-http VERSION",
        .help = "HTTP version: 1.1, 2 (if the upstream offers it in TLS) or auto. auto is 1.1 at "
                "present: over HTTP/2 libcurl may treat a truncated response as complete. 2 "
                "needs fewer connections, but one connection that hangs delays all calls on it.",
        .store = Stored(&Config::upstream_http, HttpVersionValue())},
       {.usage = "--upstream-proxy URL",
        .help = "Forward proxy: http, https, socks5 or socks5h. The gateway ignores the proxy "
                "environment variables, so that nobody else's settings reroute the key.",
        .store = Stored(&Config::upstream_proxy, ProxyUrlValue()),
        .secret = true}}};
}

FlagGroup Services() {
  return {"Services",
          {{.usage = "--descriptor-set FILE",
            .help = "FileDescriptorSet whose annotated services are served. Make it with buf build "
                    "or with protoc --include_imports --descriptor_set_out.",
            .store = Stored(&Config::descriptor_sets, PathValue()),
            .otherwise = "the built-in API"}}};
}

FlagGroup TimeAndRetries() {
  return {
      "Time and retries",
      {{.usage = "--timeout DURATION",
        .help = "The longest time a call may take, including all its attempts and waits. A "
                "caller's shorter deadline wins.",
        .store = Stored(&Config::timeout, PositiveDurationValue())},
       {.usage = "--attempt-timeout DURATION",
        .help = "The longest time one HTTP request may take. Make it longer than the upstream's "
                "slowest response, and leave room for another attempt within --timeout.",
        .store = Stored(&Config::attempt_timeout, PositiveDurationValue())},
       {.usage = "--connect-timeout DURATION",
        .help = "The longest time connecting may take, including the TLS handshake.",
        .store = Stored(&Config::connect_timeout, PositiveDurationValue())},
       {.usage = "--max-attempts COUNT",
        .help = "How many requests one call may make at most, 1 to 10. 1 switches retries off.",
        .store = Stored(&Config::max_attempts, CountValue(1, 10))},
       {.usage = "--retry-initial-backoff DURATION",
        .help = "The backoff before the second attempt. It doubles with each further attempt. "
                "The gateway waits a random time between zero and the backoff.",
        .store = Stored(&Config::retry_initial_backoff, PositiveDurationValue())},
       {.usage = "--retry-max-backoff DURATION",
        .help = "Caps the backoff, however often it has doubled. The gateway waits longer if the "
                "upstream asks for a longer wait.",
        .store = Stored(&Config::retry_max_backoff, PositiveDurationValue())},
       {.usage = "--create-marker KEY",
        .help = "The gateway makes an id for each create and stores it under KEY in the new "
                "resource's metadata. If the response to the create is lost, it looks for the "
                "id among the newest resources and returns the resource that has it.",
        .store = Stored(&Config::create_marker, MarkerKeyValue()),
        .otherwise = "off"}}};
}

FlagGroup Limits() {
  return {"Limits",
          {{.usage = "--max-in-flight COUNT",
            .help = "The most calls at one time. Further calls fail at once with UNAVAILABLE. Each "
                    "call costs about 33 KB and its messages: lower this where memory is short.",
            .store = Stored(&Config::max_in_flight, CountValue(1, 1'000'000))},
           {.usage = "--max-request-bytes SIZE",
            .help = "The largest request message.",
            .store = Stored(&Config::max_request_bytes, SizeValue())},
           {.usage = "--max-response-bytes SIZE",
            .help = "The largest response of the upstream, decompressed. Callers have a limit of "
                    "their own for what they receive, 4MiB unless they raise it.",
            .store = Stored(&Config::max_response_bytes, SizeValue())}}};
}

FlagGroup Stopping() {
  return {
      "Stopping",
      {{.usage = "--drain-delay DURATION",
        .help = "How long the gateway still takes calls after SIGTERM, while its health is "
                "NOT_SERVING. Use it with load balancers that notice late. A sidecar needs "
                "none.",
        .store = Stored(&Config::drain_delay, DurationValue())},
       {.usage = "--drain-timeout DURATION",
        .help = "How long calls in flight may still take after --drain-delay. Whatever kills the "
                "process (terminationGracePeriodSeconds in Kubernetes) must wait longer than "
                "both together.",
        .store = Stored(&Config::drain_timeout, DurationValue())}}};
}

FlagGroup LogAndConfiguration() {
  return {"Log and configuration",
          {{.usage = "--log-level LEVEL",
            .help = "The lowest level that is logged to standard error: trace, debug, info (a line "
                    "for each call), warn or error.",
            .store = Stored(&Config::log_level, LogLevelValue())},
           {.usage = "--log-format FORMAT",
            .help = "json, or text for people.",
            .store = Stored(&Config::log_format, LogFormatValue())},
           {.usage = "--config FILE",
            .help = "File with one JSON object. Its keys are the flags' names without the leading "
                    "--, such as {\"log-level\": \"debug\"}. Repeatable flags are arrays, switches "
                    "are true or false.",
            .store = ConfigFileStore()}}};
}

FlagGroup Gateway() {
  return {"Gateway",
          {{.usage = "--address ADDRESS",
            .help = "Where the gateway listens: host:port or unix:/path.",
            .store = Stored(&ClientConfig::address, DialAddressValue())},
           {.usage = "--tls-ca FILE",
            .help = "CA certificates (PEM) that the gateway's certificate is verified against. "
                    "With it a TCP address is reached over TLS; a socket file stays plaintext.",
            .store = Stored(&ClientConfig::tls_ca, PathValue())},
           {.usage = "--tls-client-cert FILE",
            .help = "Certificate (PEM) for a gateway that has --tls-client-ca, with "
                    "--tls-client-key.",
            .store = Stored(&ClientConfig::tls_client_cert, PathValue())},
           {.usage = "--tls-client-key FILE",
            .help = "The certificate's private key (PEM), without a passphrase.",
            .store = Stored(&ClientConfig::tls_client_key, PathValue())},
           {.usage = "--tls-server-name NAME",
            .help = "The name that the gateway's certificate must have. Use it to probe 127.0.0.1 "
                    "when the certificate names a service.",
            .store = Stored(&ClientConfig::tls_server_name, NameValue()),
            .otherwise = "the address's host"}}};
}

FlagGroup Call() {
  return {"Call",
          {{.usage = "--metadata NAME=VALUE",
            .help = "Metadata of the call, such as authorization=Bearer TOKEN for a gateway with "
                    "--auth caller.",
            .store = Stored(&ClientConfig::metadata, MetadataValue()),
            .secret = true},
           {.usage = "--timeout DURATION",
            .help = "The longest time the call may take.",
            .store = Stored(&ClientConfig::timeout, PositiveDurationValue())},
           {.usage = "--descriptor-set FILE",
            .help = "FileDescriptorSet that has METHOD. The gateway must serve it too.",
            .store = Stored(&ClientConfig::descriptor_sets, PathValue()),
            .otherwise = "the built-in API"}}};
}

FlagGroup Waiting() {
  return {"Waiting",
          {{.usage = "--max DURATION",
            .help = "How long to wait.",
            .store = Stored(&ClientConfig::max_wait, DurationValue())}}};
}

using FlagGroups = std::vector<FlagGroup>;

}  // namespace

const std::vector<FlagGroup>& FlagsOf(Command command) {
  static const FlagGroups server = {Listeners(), Credentials(),        Upstream(),
                                    Services(),  TimeAndRetries(),     Limits(),
                                    Stopping(),  LogAndConfiguration()};
  static const FlagGroups call = {Gateway(), Call()};
  static const FlagGroups health = {Gateway()};
  static const FlagGroups wait = {Gateway(), Waiting()};
  static const FlagGroups none;
  switch (command) {
    case Command::kServe:
    case Command::kCheck:
      return server;
    case Command::kCall:
      return call;
    case Command::kHealth:
      return health;
    case Command::kWait:
      return wait;
    case Command::kVersion:
      return none;
  }
  return none;
}

const Flag* FindFlag(const std::vector<FlagGroup>& groups, std::string_view name) {
  for (const FlagGroup& group : groups) {
    for (const Flag& flag : group.flags) {
      if (flag.name() == name) return &flag;
    }
  }
  return nullptr;
}

bool IsFlagVariable(std::string_view name) {
  static constexpr Command kAll[] = {Command::kServe, Command::kCall, Command::kWait};
  return std::ranges::any_of(kAll, [name](Command command) {
    return std::ranges::any_of(FlagsOf(command), [name](const FlagGroup& group) {
      return std::ranges::any_of(group.flags,
                                 [name](const Flag& flag) { return flag.variable() == name; });
    });
  });
}

}  // namespace gateway
