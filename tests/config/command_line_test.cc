// Arguments, variables and file together: what each flag sets, and which source wins.
#include "gateway/config/command_line.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <functional>
#include <regex>
#include <sstream>

#include "tests/support/address.h"
#include "tests/support/temporary_file.h"

namespace gateway {
namespace {

using namespace std::chrono_literals;
using Strings = std::vector<std::string>;

CommandLine Parse(const Strings& arguments, const Environment& environment = {}) {
  auto line = ParseCommandLine(arguments, environment);
  if (line) return *line;
  for (const std::string& error : line.error().errors) ADD_FAILURE() << error;
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
         return c.listen == std::vector{AddressOf("127.0.0.1:1"), AddressOf("unix:/s")};
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
      {"forward-metadata", "X-A,x-b", R"(["X-A", "x-b"])",
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
      {"admin-listen", "off", R"("off")", [](const Config& c) { return !c.admin_listen; }},
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
Strings AsArguments(const FlagCase& flag, bool with_equals) {
  Strings arguments;
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
      const bool elsewhere = flag.name() == "config" || flag.name().starts_with("tls-") ||
                             flag.name() == "upstream-cert" || flag.name() == "upstream-key";
      EXPECT_EQ(std::ranges::count(FlagCases(), flag.name(), &FlagCase::flag), elsewhere ? 0 : 1)
          << flag.name();
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
  EXPECT_EQ(line.config.listen, std::vector{AddressOf("127.0.0.1:50051")});
  EXPECT_EQ(line.config.auth, Auth::kCaller);
  EXPECT_FALSE(line.config.region_given);
}

TEST(CommandLine, SourcesWinInTheDocumentedOrder) {
  const TemporaryFile file(R"({"region": "file", "listen": ["127.0.0.1:4"]})");
  Environment environment;
  Strings arguments;
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
  EXPECT_EQ(config.listen, std::vector{AddressOf("127.0.0.1:3")});
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

TEST(CommandLine, VariablesOfOtherCommandsAreNoErrors) {
  Parse({}, {{"EXTEND_GATEWAY_ADDRESS", "127.0.0.1:1"}});
  Parse({"health"}, {{"EXTEND_GATEWAY_LISTEN", "127.0.0.1:1"}, {"EXTEND_GATEWAY_OTHER", "x"}});
}

TEST(CommandLine, LocalAddressesNeedNoInsecure) {
  for (const char* address : {"localhost:0", "LOCALHOST:1", "127.9.8.7:1", "[::1]:0", "unix:/a"}) {
    EXPECT_EQ(Parse({"--listen", address}).config.listen.front(), AddressOf(address));
  }
  for (const char* address : {"0.0.0.0:1", "[::]:0", "10.0.0.1:1", "gateway.example:1"}) {
    EXPECT_EQ(Parse({"--insecure", "--listen", address}).config.listen.front(), AddressOf(address));
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

TEST(CommandLine, VersionIsACommandAndAFlagOfEach) {
  for (const Strings& arguments :
       {Strings{"version"}, {"--version"}, {"check", "--version"}, {"--what", "--version"}}) {
    EXPECT_EQ(Parse(arguments).command, Command::kVersion);
  }
  // It is no value, and a value is no flag.
  EXPECT_FALSE(ParseCommandLine({"--version=1"}, {}));
  EXPECT_EQ(Parse({"--region=--version"}, {}).command, Command::kServe);
}

TEST(CommandLine, EntriesThatAreNoVariablesSetNothing) {
  const CommandLine line = Parse({}, {{"", "x"}, {"", ""}, {"=", "x"}});
  const Config defaults;
  EXPECT_EQ(line.config.listen, defaults.listen);
  EXPECT_EQ(line.config.timeout, defaults.timeout);
  EXPECT_EQ(line.config.upstream_proxy, "");
  Parse({"health"}, {{"", "x"}});
}

TEST(CommandLine, TheFirstOfTwoVariablesOfOneNameCounts) {
  const Environment twice = {{"EXTEND_GATEWAY_REGION", "eu"}, {"EXTEND_GATEWAY_REGION", "us2"}};
  EXPECT_EQ(Parse({}, twice).config.region, "eu");
}

TEST(CommandLine, ForwardedNamesAreStoredInLowerCase) {
  const Config config = Parse({"--forward-metadata", "X-Caller", "--forward-metadata=X-TENANT"},
                              {{"EXTEND_GATEWAY_FORWARD_METADATA", "x-other"}})
                            .config;
  EXPECT_EQ(config.forward_metadata, (std::vector<std::string>{"x-caller", "x-tenant"}));
}

/// The help text, with each run of blanks as one.
std::string HelpOf(const Strings& arguments) {
  return std::regex_replace(Parse(arguments).help.value(), std::regex("\\s+"), " ");
}

TEST(CommandLine, HelpHasEveryFlagOfTheCommandWithItsDefault) {
  const std::vector<std::pair<Strings, Command>> commands = {
      {{"--help"}, Command::kServe},         {{"-h"}, Command::kServe},
      {{"check", "-h"}, Command::kCheck},    {{"call", "--help"}, Command::kCall},
      {{"health", "-h"}, Command::kHealth},  {{"wait", "--help"}, Command::kWait},
      {{"version", "-h"}, Command::kVersion}};
  for (const auto& [arguments, command] : commands) {
    const std::string help = HelpOf(arguments);
    for (const FlagGroup& group : FlagsOf(command)) {
      for (const Flag& flag : group.flags) {
        const std::string usage = " " + std::string(flag.usage) + " ";
        EXPECT_NE(help.find(usage), std::string::npos) << flag.usage;
        const std::string text = flag.default_text();
        if (text.empty()) continue;
        EXPECT_NE(help.find("Default: " + text + ". "), std::string::npos) << flag.usage;
      }
    }
    EXPECT_NE(help.find("--version "), std::string::npos);
  }
}

TEST(CommandLine, HelpIsGivenWhateverElseIsWrong) {
  EXPECT_TRUE(Parse({"--what", "--timeout=x", "--help"}).help);
  EXPECT_TRUE(Parse({"call", "-h"}).help);
}

TEST(CommandLine, HelpFitsATerminal) {
  std::istringstream lines(Parse({"--help"}).help.value());
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80U) << line;
}

// The help text shows the members' defaults as text: read again they are the same values.
TEST(CommandLine, DefaultsSurviveTheirText) {
  const Configs defaults;
  for (const Command command : {Command::kServe, Command::kCall, Command::kWait}) {
    for (const FlagGroup& group : FlagsOf(command)) {
      for (const Flag& flag : group.flags) {
        const std::string text = flag.store.text(defaults);
        if (text.empty()) continue;
        Configs read;
        if (flag.store.clear) flag.store.clear(read);
        EXPECT_TRUE(flag.store.set(read, text)) << flag.usage;
        EXPECT_EQ(flag.store.text(read), text) << flag.usage;
      }
    }
  }
}

TEST(CommandLine, DefaultsAreThoseOfTheDocumentation) {
  const std::string help = HelpOf({"--help"});
  for (const char* text :
       {"--listen ADDRESS [^-]* Default: 127\\.0\\.0\\.1:50051\\.",
        "--socket-mode OCTAL [^-]* Default: 0660\\.", "--region NAME [^-]* Default: us\\.",
        "--upstream-http VERSION .* Default: auto\\. --upstream-proxy",
        "--timeout DURATION [^-]*- [^-]*Default: 60s\\.|--timeout DURATION [^-]*Default: 60s\\.",
        "--connect-timeout DURATION [^-]*Default: 5s\\.", "--max-attempts COUNT [^-]*Default: 3\\.",
        "--retry-max-backoff DURATION [^-]*Default: 10s\\.",
        "--max-in-flight COUNT [^-]*Default: 10000\\.",
        "--max-request-bytes SIZE [^-]*Default: 4MiB\\.",
        "--max-response-bytes SIZE [^-]*Default: 64MiB\\.",
        "--drain-delay DURATION [^-]*Default: 0s\\.", "--log-level LEVEL [^-]*Default: info\\.",
        "--log-format FORMAT [^-]*Default: json\\."}) {
    EXPECT_TRUE(std::regex_search(help, std::regex(text))) << text;
  }
}

}  // namespace
}  // namespace gateway
