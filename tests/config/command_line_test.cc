// Arguments, variables and file together: what each flag sets, and which source wins.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <functional>
#include <regex>

#include "gateway/config/config.h"
#include "gateway/config/flags.h"
#include "tests/support/temporary_file.h"

namespace gateway {
namespace {

using namespace std::chrono_literals;
using Command = CommandLine::Command;
using Arguments = std::vector<std::string>;

CommandLine Parse(const Arguments& arguments, const Environment& environment = {}) {
  auto line = ParseCommandLine(arguments, environment);
  if (line) return *line;
  for (const std::string& fault : line.error()) ADD_FAILURE() << fault;
  return {};
}

struct FlagCase {
  std::string flag;
  /// As text; a list's are separated by commas.
  std::string value;
  /// In the config file.
  std::string json;
  std::function<bool(const Config&)> is_set;
};

void PrintTo(const FlagCase& flag, std::ostream* out) { *out << flag.flag; }

const std::vector<FlagCase>& FlagCases() {
  static const std::vector<FlagCase> cases = {
      {"listen", "127.0.0.1:1,unix:/s", R"(["127.0.0.1:1", "unix:/s"])",
       [](const Config& c) {
         return c.listen == std::vector<std::string>{"127.0.0.1:1", "unix:/s"};
       }},
      {"socket-mode", "0600", R"("0600")", [](const Config& c) { return c.socket_mode == 0600; }},
      {"insecure", "true", "true", [](const Config& c) { return c.insecure; }},
      {"upstream-url", "http://h:1/p/", R"("http://h:1/p/")",
       [](const Config& c) { return c.upstream_url == "http://h:1/p"; }},
      {"region", "eu", R"("eu")",
       [](const Config& c) { return c.region == "eu" && c.region_given; }},
      {"upstream-ca", "/ca", R"("/ca")", [](const Config& c) { return c.upstream_ca == "/ca"; }},
      {"upstream-http", "1.1", R"("1.1")",
       [](const Config& c) { return c.upstream_http == HttpVersion::kHttp1; }},
      {"upstream-proxy", "http://u:p@h:1", R"("http://u:p@h:1")",
       [](const Config& c) { return c.upstream_proxy == "http://u:p@h:1"; }},
      {"api-key-file", "/key", R"("/key")",
       [](const Config& c) { return c.api_key_file == "/key" && c.auth == Auth::kGateway; }},
      {"auth", "caller", R"("caller")", [](const Config& c) { return c.auth == Auth::kCaller; }},
      {"workspace-id", "ws_1", R"("ws_1")",
       [](const Config& c) { return c.workspace_id == "ws_1"; }},
      {"api-version", "2030-01-01", R"("2030-01-01")",
       [](const Config& c) { return c.api_version == "2030-01-01"; }},
      {"header", "X-A=1,x-b=a=b", R"(["X-A=1", "x-b=a=b"])",
       [](const Config& c) { return c.headers == Headers{{"X-A", "1"}, {"x-b", "a=b"}}; }},
      {"forward-metadata", "x-a,x-b", R"(["x-a", "x-b"])",
       [](const Config& c) {
         return c.forward_metadata == std::vector<std::string>{"x-a", "x-b"};
       }},
      {"descriptor-set", "/a,/b", R"(["/a", "/b"])",
       [](const Config& c) { return c.descriptor_sets == std::vector<std::string>{"/a", "/b"}; }},
      {"timeout", "2m", R"("2m")", [](const Config& c) { return c.timeout == 2min; }},
      {"attempt-timeout", "1.5s", R"("1.5s")",
       [](const Config& c) { return c.attempt_timeout == 1500ms; }},
      {"connect-timeout", "250ms", R"("250ms")",
       [](const Config& c) { return c.connect_timeout == 250ms; }},
      {"max-attempts", "1", "1", [](const Config& c) { return c.max_attempts == 1; }},
      {"retry-initial-backoff", "1s", R"("1s")",
       [](const Config& c) { return c.retry_initial_backoff == 1s; }},
      {"retry-max-backoff", "1h", R"("1h")",
       [](const Config& c) { return c.retry_max_backoff == 1h; }},
      {"create-marker", "gateway:create_id.v-1", R"("gateway:create_id.v-1")",
       [](const Config& c) { return c.create_marker == "gateway:create_id.v-1"; }},
      {"admin-listen", "off", R"("off")", [](const Config& c) { return c.admin_listen.empty(); }},
      {"max-in-flight", "7", R"("7")", [](const Config& c) { return c.max_in_flight == 7; }},
      {"max-request-bytes", "512KiB", R"("512KiB")",
       [](const Config& c) { return c.max_request_bytes == 512U << 10; }},
      {"max-response-bytes", "1000", "1000",
       [](const Config& c) { return c.max_response_bytes == 1000; }},
      {"drain-delay", "2s", R"("2s")", [](const Config& c) { return c.drain_delay == 2s; }},
      {"drain-timeout", "0s", R"("0s")", [](const Config& c) { return c.drain_timeout == 0s; }},
      {"log-level", "trace", R"("trace")",
       [](const Config& c) { return c.log_level == LogLevel::kTrace; }},
      {"log-format", "text", R"("text")",
       [](const Config& c) { return c.log_format == LogFormat::kText; }},
  };
  return cases;
}

/// `a,b` of a repeatable flag is two flags.
Arguments AsArguments(const FlagCase& flag, bool with_equals) {
  Arguments arguments;
  std::string_view rest = flag.value;
  if (flag.value == "true") return {"--" + flag.flag};
  while (!rest.empty()) {
    const auto value = std::string(rest.substr(0, rest.find(',')));
    rest.remove_prefix(std::min(rest.size(), value.size() + 1));
    if (with_equals) {
      arguments.push_back("--" + flag.flag + "=" + value);
    } else {
      arguments.insert(arguments.end(), {"--" + flag.flag, value});
    }
  }
  return arguments;
}

std::string AsVariable(const std::string& flag) {
  std::string name = "EXTEND_GATEWAY_";
  for (const char c : flag) name += c == '-' ? '_' : static_cast<char>(std::toupper(c));
  return name;
}

class EachFlag : public testing::TestWithParam<FlagCase> {};

TEST_P(EachFlag, IsNotSetByDefault) {
  const Config config = Parse({}).config;
  // The default auth without a key is the one that the case asks for.
  if (GetParam().flag != "auth") {
    EXPECT_FALSE(GetParam().is_set(config));
  }
}

TEST_P(EachFlag, IsReadFromTheCommandLine) {
  EXPECT_TRUE(GetParam().is_set(Parse(AsArguments(GetParam(), false)).config));
  EXPECT_TRUE(GetParam().is_set(Parse(AsArguments(GetParam(), true)).config));
}

TEST_P(EachFlag, IsReadFromItsVariable) {
  const Environment environment = {{AsVariable(GetParam().flag), GetParam().value}};
  EXPECT_TRUE(GetParam().is_set(Parse({}, environment).config));
}

TEST_P(EachFlag, IsReadFromTheFile) {
  const TemporaryFile file("{\"" + GetParam().flag + "\": " + GetParam().json + "}");
  EXPECT_TRUE(GetParam().is_set(Parse({"--config", file.path()}).config));
}

INSTANTIATE_TEST_SUITE_P(Flags, EachFlag, testing::ValuesIn(FlagCases()), [](const auto& param) {
  std::string name = param.param.flag;
  std::ranges::replace(name, '-', '_');
  return name;
});

TEST(CommandLine, EveryFlagOfServeIsInTheTableAbove) {
  for (const FlagGroup& group : FlagsOf(Command::kServe)) {
    for (const Flag& flag : group.flags) {
      const bool elsewhere = flag.name == "config" || flag.name.starts_with("tls-") ||
                             flag.name == "upstream-cert" || flag.name == "upstream-key";
      EXPECT_EQ(std::ranges::count(FlagCases(), flag.name, &FlagCase::flag), elsewhere ? 0 : 1)
          << flag.name;
    }
  }
}

TEST(CommandLine, UpstreamCertificateAndKeyComeTogether) {
  const Config config = Parse({"--upstream-cert", "/c", "--upstream-key", "/k"}).config;
  EXPECT_EQ(config.upstream_cert, "/c");
  EXPECT_EQ(config.upstream_key, "/k");
}

TEST(CommandLine, TlsFlagsOfTheListenersComeTogether) {
  const Config config =
      Parse({"--tls-cert", "/c", "--tls-key", "/k"}, {{"EXTEND_GATEWAY_TLS_CLIENT_CA", "/a"}})
          .config;
  EXPECT_EQ(config.tls_cert, "/c");
  EXPECT_EQ(config.tls_key, "/k");
  EXPECT_EQ(config.tls_client_ca, "/a");
}

TEST(CommandLine, WithoutAnythingIsTheDefault) {
  const CommandLine line = Parse({});
  EXPECT_EQ(line.command, Command::kServe);
  EXPECT_EQ(line.config.listen, std::vector<std::string>{"127.0.0.1:50051"});
  EXPECT_EQ(line.config.auth, Auth::kCaller);
  EXPECT_FALSE(line.config.region_given);
}

TEST(CommandLine, SourcesWinInTheOrderOfTheContract) {
  const TemporaryFile file(R"({"region": "file", "listen": ["127.0.0.1:4"]})");
  Environment environment;
  Arguments arguments;
  const auto region = [&] { return Parse(arguments, environment).config.region; };
  EXPECT_EQ(region(), "us");
  environment.emplace_back("EXTEND_GATEWAY_CONFIG", file.path());
  EXPECT_EQ(region(), "file");
  environment.emplace_back("EXTEND_REGION", "shared");
  EXPECT_EQ(region(), "shared");
  environment.emplace_back("EXTEND_GATEWAY_REGION", "own");
  EXPECT_EQ(region(), "own");
  arguments = {"--region=flag"};
  EXPECT_EQ(region(), "flag");
}

TEST(CommandLine, SharedVariablesAreRead) {
  const Config config = Parse({}, {{"EXTEND_BASE_URL", "http://h"},
                                   {"EXTEND_REGION", "eu"},
                                   {"EXTEND_WORKSPACE_ID", "ws"},
                                   {"EXTEND_API_KEY", " key\n"}})
                            .config;
  EXPECT_EQ(config.upstream_url, "http://h");
  EXPECT_EQ(config.region, "eu");
  EXPECT_TRUE(config.region_given);
  EXPECT_EQ(config.workspace_id, "ws");
  EXPECT_EQ(config.api_key, "key");
  EXPECT_EQ(config.auth, Auth::kGateway);
}

TEST(CommandLine, AListOfOneSourceReplacesTheOthers) {
  const TemporaryFile file(R"({"listen": ["127.0.0.1:1", "127.0.0.1:2"]})");
  const Config config = Parse({"--config", file.path(), "--listen", "127.0.0.1:3"}).config;
  EXPECT_EQ(config.listen, std::vector<std::string>{"127.0.0.1:3"});
}

TEST(CommandLine, AKeyFileWinsOverTheKeyVariableWhereverItIsGiven) {
  const TemporaryFile file(R"({"api-key-file": "/key"})");
  const Config config = Parse({"--config", file.path()}, {{"EXTEND_API_KEY", "k"}}).config;
  EXPECT_EQ(config.api_key_file, "/key");
  EXPECT_EQ(config.api_key, "");
  EXPECT_EQ(config.auth, Auth::kGateway);
}

TEST(CommandLine, AnEmptyVariableCountsAsUnset) {
  const Config config =
      Parse({}, {{"EXTEND_API_KEY", ""}, {"EXTEND_REGION", ""}, {"EXTEND_GATEWAY_TIMEOUT", ""}})
          .config;
  EXPECT_EQ(config.auth, Auth::kCaller);
  EXPECT_EQ(config.region, "us");
  EXPECT_EQ(config.timeout, 60s);
}

TEST(CommandLine, AnAuthThatIsGivenStays) {
  EXPECT_EQ(Parse({"--auth", "caller"}, {{"EXTEND_API_KEY", "k"}}).config.auth, Auth::kCaller);
}

TEST(CommandLine, ASwitchCanBeSwitchedOffByAStrongerSource) {
  const Environment environment = {{"EXTEND_GATEWAY_INSECURE", "true"}};
  EXPECT_TRUE(Parse({}, environment).config.insecure);
  EXPECT_FALSE(Parse({"--insecure=false"}, environment).config.insecure);
}

TEST(CommandLine, VariablesThatKubernetesInjectsAreIgnored) {
  Parse({}, {{"EXTEND_GATEWAY_SERVICE_HOST", "10.0.0.1"},
             {"EXTEND_GATEWAY_SERVICE_PORT_GRPC", "50051"},
             {"EXTEND_GATEWAY_PORT", "tcp://10.0.0.1:50051"},
             {"EXTEND_GATEWAY_PORT_50051_TCP_ADDR", "10.0.0.1"}});
}

TEST(CommandLine, VariablesOfOtherCommandsAreNoFaults) {
  Parse({}, {{"EXTEND_GATEWAY_ADDRESS", "127.0.0.1:1"}});
  Parse({"health"}, {{"EXTEND_GATEWAY_LISTEN", "127.0.0.1:1"}, {"EXTEND_GATEWAY_OTHER", "x"}});
}

TEST(CommandLine, LocalAddressesNeedNoInsecure) {
  for (const char* address : {"localhost:0", "LOCALHOST:1", "127.9.8.7:1", "[::1]:0", "unix:/a"}) {
    EXPECT_EQ(Parse({"--listen", address}).config.listen.front(), address);
  }
  for (const char* address : {"0.0.0.0:1", "[::]:0", "10.0.0.1:1", "gateway.example:1"}) {
    EXPECT_EQ(Parse({"--insecure", "--listen", address}).config.listen.front(), address);
    Parse({"--tls-cert", "/c", "--tls-key", "/k", "--listen", address});
  }
}

TEST(CommandLine, TheFirstArgumentMayNameACommand) {
  EXPECT_EQ(Parse({"serve", "--timeout", "1s"}).config.timeout, 1s);
  EXPECT_EQ(Parse({"--timeout", "1s"}).command, Command::kServe);
  EXPECT_EQ(Parse({"check", "--timeout", "1s"}).command, Command::kCheck);
  EXPECT_EQ(Parse({"version"}).command, Command::kVersion);
  EXPECT_EQ(Parse({"--region", "wait"}).config.region, "wait");
}

TEST(CommandLine, HelpTellsEveryFlagOfTheCommand) {
  for (const Command command : {Command::kServe, Command::kCall, Command::kWait}) {
    const std::string name = command == Command::kServe  ? "serve"
                             : command == Command::kCall ? "call"
                                                         : "wait";
    const std::string help = Parse({name, "--help"}).help;
    for (const FlagGroup& group : FlagsOf(command)) {
      for (const Flag& flag : group.flags) {
        EXPECT_NE(help.find("--" + std::string(flag.name)), std::string::npos) << flag.name;
      }
    }
  }
}

TEST(CommandLine, HelpTellsTheDefaultsThatHold) {
  const std::string help = std::regex_replace(Parse({"-h"}).help, std::regex("\\s+"), " ");
  // Each default that is a value must set what is set without it.
  for (const FlagGroup& group : FlagsOf(Command::kServe)) {
    for (const Flag& flag : group.flags) {
      if (flag.fallback.empty() || flag.fallback.find(' ') != std::string_view::npos ||
          flag.fallback == "the system's" || flag.fallback == "off") {
        continue;
      }
      const Config with = Parse({"--" + std::string(flag.name), std::string(flag.fallback)}).config;
      const Config without;
      EXPECT_EQ(with.listen, without.listen);
      EXPECT_EQ(with.socket_mode, without.socket_mode);
      EXPECT_EQ(with.region, without.region);
      EXPECT_EQ(with.timeout, without.timeout);
      EXPECT_EQ(with.attempt_timeout, without.attempt_timeout);
      EXPECT_EQ(with.connect_timeout, without.connect_timeout);
      EXPECT_EQ(with.max_attempts, without.max_attempts);
      EXPECT_EQ(with.retry_initial_backoff, without.retry_initial_backoff);
      EXPECT_EQ(with.retry_max_backoff, without.retry_max_backoff);
      EXPECT_EQ(with.max_in_flight, without.max_in_flight);
      EXPECT_EQ(with.max_request_bytes, without.max_request_bytes);
      EXPECT_EQ(with.max_response_bytes, without.max_response_bytes);
      EXPECT_EQ(with.drain_delay, without.drain_delay);
      EXPECT_EQ(with.drain_timeout, without.drain_timeout);
      EXPECT_EQ(with.log_level, without.log_level);
      EXPECT_EQ(with.log_format, without.log_format);
      EXPECT_NE(help.find("Default: " + std::string(flag.fallback)), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace gateway
