#include "gateway/config/flags.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "gateway/base/ascii.h"
#include "gateway/base/base_url.h"
#include "gateway/config/client_flags.h"
#include "gateway/config/flag_targets.h"
#include "gateway/config/flag_values.h"

namespace gateway {
namespace {

using Command = CommandLine::Command;

FlagGroup Listening() {
  return {
      .title = "Listening",
      .commands = {Command::kServe, Command::kCheck},
      .flags = {
          {.name = "listen",
           .placeholder = "ADDRESS",
           .fallback = "127.0.0.1:50051",
           .help = "Where callers reach the gateway: host:port, [v6]:port or unix:/path. Port 0 "
                   "takes any free one and logs it. Beside a caller in the same pod keep the "
                   "default or take a socket file, which the file system guards.",
           .target = List(&Config::listen, ParseListenAddress)},
          {.name = "socket-mode",
           .placeholder = "OCTAL",
           .fallback = "0660",
           .help = "Permission bits of socket files, whatever the umask. 0666 lets in callers of "
                   "other users and groups.",
           .target = Value(&Config::socket_mode, ParseMode)},
          {.name = "tls-cert",
           .placeholder = "FILE",
           .help =
               "Certificate with its chain (PEM): TCP addresses speak TLS, 1.2 or later. Socket "
               "files and the admin listener stay plaintext. Re-read when it changes, as are "
               "the next two; connections that are open stay.",
           .target = Value(&Config::tls_cert, ParsePath)},
          {.name = "tls-key",
           .placeholder = "FILE",
           .help = "The certificate's private key (PEM), without a passphrase.",
           .target = Value(&Config::tls_key, ParsePath)},
          {.name = "tls-client-ca",
           .placeholder = "FILE",
           .help = "CA certificates (PEM): only callers with a certificate that one of them has "
                   "signed may connect.",
           .target = Value(&Config::tls_client_ca, ParsePath)},
          {.name = "insecure",
           .help = "Allows plaintext on an address that is neither loopback nor a socket file. Who "
                   "reaches it can read and make calls with the gateway's key: only for networks "
                   "that keep others out by themselves.",
           .target = Switch(&Config::insecure)},
          {.name = "admin-listen",
           .placeholder = "ADDRESS",
           .fallback = "127.0.0.1:9464",
           .help = "Plaintext HTTP for probes and metrics: /healthz (alive), /readyz (serving and "
                   "not draining) and /metrics; off for none. Kubelets probe a pod's own address: "
                   "0.0.0.0:9464 in a pod.",
           .target = Value(&Config::admin_listen, ParseAdminAddress)},
      }};
}

FlagGroup Upstream() {
  return {
      .title = "Upstream",
      .commands = {Command::kServe, Command::kCheck},
      .flags = {
          {.name = "upstream-url",
           .placeholder = "URL",
           .fallback = "what the service's proto says",
           .help =
               "Base URL of the REST API, with its path prefix if it has one. For a test double "
               "or an egress proxy that takes plain requests.",
           .target = Value(&Config::upstream_url, ParseBaseUrl),
           .shared_variable = "EXTEND_BASE_URL"},
          {.name = "region",
           .placeholder = "NAME",
           .fallback = "us",
           .help = "One of the base URLs that the service's proto names: where your account is.",
           .target = Region(),
           .shared_variable = "EXTEND_REGION"},
          {.name = "upstream-ca",
           .placeholder = "FILE",
           .fallback = "the system's",
           .help = "CA certificates (PEM) that the upstream is verified against instead. Re-read "
                   "when it changes, as are the next two.",
           .target = Value(&Config::upstream_ca, ParsePath)},
          {.name = "upstream-cert",
           .placeholder = "FILE",
           .help = "Client certificate (PEM) shown to the upstream, with --upstream-key.",
           .target = Value(&Config::upstream_cert, ParsePath)},
          {.name = "upstream-key",
           .placeholder = "FILE",
           .help = "The certificate's private key (PEM), without a passphrase.",
           .target = Value(&Config::upstream_key, ParsePath)},
          {.name = "upstream-http",
           .placeholder = "VERSION",
           .fallback = "auto",
           .help = "1.1, 2 (if the upstream offers it in TLS) or auto: 1.1, as long as libcurl may "
                   "take an HTTP/2 answer that was cut short for a whole one. 2 shares few "
                   "connections; one that hangs delays all calls on it.",
           .target = Value(&Config::upstream_http, ParseHttpVersion)},
          {.name = "upstream-proxy",
           .placeholder = "URL",
           .help = "Forward proxy: http, https, socks5 or socks5h. Proxy environment variables are "
                   "not obeyed, so that nobody else's settings reroute the key.",
           .target = Value(&Config::upstream_proxy, ParseProxyUrl),
           .secret = true},
      }};
}

FlagGroup Credentials() {
  return {
      .title = "Credentials and headers",
      .commands = {Command::kServe, Command::kCheck},
      .flags = {
          {.name = "api-key-file",
           .placeholder = "FILE",
           .help = "File with the API key, re-read when it changes and when the upstream answers "
                   "401. Wins over the variable EXTEND_API_KEY. The key itself is never a flag: "
                   "others can see those.",
           .target = Value(&Config::api_key_file, ParsePath)},
          {.name = "auth",
           .placeholder = "WHOSE",
           .fallback = "gateway if a key is configured, else caller",
           .help = "Whose token goes upstream. gateway: our key, and the caller's authorization is "
                   "ignored. caller: the caller's, and calls without one are UNAUTHENTICATED.",
           .target = Value(&Config::auth, ParseAuth)},
          {.name = "workspace-id",
           .placeholder = "ID",
           .help = "Workspace of calls that do not name one by metadata. Needed with a key of a "
                   "whole organization.",
           .target = Value(&Config::workspace_id, ParseHeaderValue),
           .shared_variable = "EXTEND_WORKSPACE_ID"},
          {.name = "api-version",
           .placeholder = "VERSION",
           .fallback = "what the service's proto says",
           .help = "API version of calls that do not name one by metadata. Another than the "
                   "default may have fields that the proto lacks.",
           .target = Value(&Config::api_version, ParseHeaderValue)},
          {.name = "header",
           .placeholder = "NAME=VALUE",
           .help = "One more header of every request.",
           .target = List(&Config::headers, ParseHeader),
           .secret = true},
          {.name = "forward-metadata",
           .placeholder = "NAME",
           .help =
               "Metadata of callers, beside the documented ones, that is passed on as a request "
               "header. Lower case.",
           .target = List(&Config::forward_metadata, ParseForwardedName)},
      }};
}

FlagGroup Services() {
  return {.title = "Services",
          .commands = {Command::kServe, Command::kCheck, Command::kCall},
          .flags = {{.name = "descriptor-set",
                     .placeholder = "FILE",
                     .fallback = "the built-in API",
                     .help = "The annotated services of this FileDescriptorSet instead (made by "
                             "protoc --include_imports --descriptor_set_out, or buf build).",
                     .target = List(&Config::descriptor_sets, ParsePath)}}};
}

FlagGroup Time() {
  return {
      .title = "Time and repetition",
      .commands = {Command::kServe, Command::kCheck},
      .flags = {
          {.name = "timeout",
           .placeholder = "DURATION",
           .fallback = "60s",
           .help = "Cap on a whole call with all its attempts. A caller's shorter deadline wins.",
           .target = Value(&Config::timeout, ParsePositiveDuration),
           .also_of = {Command::kCall}},
          {.name = "attempt-timeout",
           .placeholder = "DURATION",
           .fallback = "20s",
           .help =
               "Cap on one request. Longer than the upstream's slowest honest answer, and short "
               "enough that --timeout leaves room for another attempt.",
           .target = Value(&Config::attempt_timeout, ParsePositiveDuration)},
          {.name = "connect-timeout",
           .placeholder = "DURATION",
           .fallback = "5s",
           .help = "Cap on connecting, the TLS handshake included.",
           .target = Value(&Config::connect_timeout, ParsePositiveDuration)},
          {.name = "max-attempts",
           .placeholder = "COUNT",
           .fallback = "3",
           .help = "Requests that one call may make, 1 to 10. 1 switches repeating off.",
           .target = Count(&Config::max_attempts, 1, 10)},
          {.name = "retry-initial-backoff",
           .placeholder = "DURATION",
           .fallback = "250ms",
           .help =
               "Longest wait before the second attempt. It doubles from attempt to attempt, and "
               "each wait is random from zero up to it.",
           .target = Value(&Config::retry_initial_backoff, ParsePositiveDuration)},
          {.name = "retry-max-backoff",
           .placeholder = "DURATION",
           .fallback = "10s",
           .help = "Where the doubling ends.",
           .target = Value(&Config::retry_max_backoff, ParsePositiveDuration)},
          {.name = "create-marker",
           .placeholder = "KEY",
           .fallback = "off",
           .help = "Marks each create with an id of the gateway's own, under this key of the new "
                   "resource's metadata. If the response of a create is lost, the gateway looks "
                   "for the id among the newest resources and returns the one that was created.",
           .target = Value(&Config::create_marker, ParseMarkerKey)},
      }};
}

FlagGroup Limits() {
  return {
      .title = "Limits",
      .commands = {Command::kServe, Command::kCheck},
      .flags = {
          {.name = "max-in-flight",
           .placeholder = "COUNT",
           .fallback = "10000",
           .help = "Calls at a time; more are refused at once with UNAVAILABLE. Each costs some "
                   "40 KiB of memory and its answer: lower it where memory is short.",
           .target = Count(&Config::max_in_flight, 1, 1'000'000)},
          {.name = "max-request-bytes",
           .placeholder = "SIZE",
           .fallback = "4MiB",
           .help = "Size of a request message.",
           .target = Value(&Config::max_request_bytes, ParseSize)},
          {.name = "max-response-bytes",
           .placeholder = "SIZE",
           .fallback = "64MiB",
           .help = "Size of an upstream's answer, decompressed. Callers have a limit of their own "
                   "for what they receive, 4MiB unless they raise it.",
           .target = Value(&Config::max_response_bytes, ParseSize)},
      }};
}

FlagGroup Stopping() {
  return {
      .title = "Stopping",
      .commands = {Command::kServe, Command::kCheck},
      .flags = {
          {.name = "drain-delay",
           .placeholder = "DURATION",
           .fallback = "0s",
           .help = "How long calls are still taken after SIGTERM, while health says NOT_SERVING. "
                   "For load balancers that are slow to look; a sidecar needs none.",
           .target = Value(&Config::drain_delay, ParseDuration)},
          {.name = "drain-timeout",
           .placeholder = "DURATION",
           .fallback = "25s",
           .help = "How long the calls in flight may then take to end. Together with --drain-delay "
                   "it must be shorter than the time after which the process is killed.",
           .target = Value(&Config::drain_timeout, ParseDuration)},
      }};
}

FlagGroup Operation() {
  return {.title = "Logging and configuration",
          .commands = {Command::kServe, Command::kCheck},
          .flags = {
              {.name = "log-level",
               .placeholder = "LEVEL",
               .fallback = "info",
               .help = "trace, debug, info (a line a call), warn or error. On standard error.",
               .target = Value(&Config::log_level, ParseLogLevel)},
              {.name = "log-format",
               .placeholder = "FORMAT",
               .fallback = "json",
               .help = "json, or text for people.",
               .target = Value(&Config::log_format, ParseLogFormat)},
              {.name = "config",
               .placeholder = "FILE",
               .help = "One JSON object with flags as keys, arrays for repeatable ones, true or "
                       "false for switches. Flags and variables win over it.",
               .target = ConfigFile()},
          }};
}

bool Contains(const std::vector<Command>& commands, Command command) {
  return std::ranges::find(commands, command) != commands.end();
}

}  // namespace

const std::vector<FlagGroup>& FlagGroups() {
  static const std::vector<FlagGroup> groups = [] {
    std::vector<FlagGroup> all = {Listening(), Credentials(), Upstream(), Services(),
                                  Time(),      Limits(),      Stopping(), Operation()};
    std::ranges::move(ClientFlagGroups(), std::back_inserter(all));
    return all;
  }();
  return groups;
}

std::vector<FlagGroup> FlagsOf(Command command) {
  std::vector<FlagGroup> groups;
  for (const FlagGroup& group : FlagGroups()) {
    FlagGroup own{.title = group.title, .commands = group.commands};
    for (const Flag& flag : group.flags) {
      if (Contains(group.commands, command) || Contains(flag.also_of, command)) {
        own.flags.push_back(flag);
      }
    }
    if (!own.flags.empty()) groups.push_back(std::move(own));
  }
  return groups;
}

std::string VariableName(const Flag& flag) {
  std::string name = "EXTEND_GATEWAY_";
  for (const char c : flag.name) name.push_back(c == '-' ? '_' : ToUpper(c));
  return name;
}

}  // namespace gateway
