// What is refused, and what the operator reads then.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "gateway/config/command_line.h"
#include "tests/support/temporary_file.h"

namespace gateway {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using Arguments = std::vector<std::string>;

Errors ErrorsOf(const Arguments& arguments, const Environment& environment = {}) {
  const auto line = ParseCommandLine(arguments, environment);
  return line ? Errors{} : line.error().errors;
}

Errors ErrorsOfFile(const std::string& content) {
  const TemporaryFile file(content);
  return ErrorsOf({"--config", file.path()});
}

struct BadValue {
  std::string flag;
  std::string value;
  std::string rule;
};

TEST(ConfigErrors, NameFlagValueAndRule) {
  const std::string address = "must be host:port with a port from 0 to 65535";
  const std::string socket = "must be unix: and an absolute path of at most 107 bytes";
  const std::string duration = "must be a number with a unit, ms, s, m or h";
  const std::string size = "must be a whole number of bytes, KiB or MiB";
  const std::string url = "must be an http:// or https:// URL of a host";
  const std::string marker = "must be 1 to 64 letters, digits, '_', '-', ':' and '.'";
  const std::string metadata = "must be a metadata name of letters, digits";
  const std::vector<BadValue> cases = {
      {"listen", "127.0.0.1", address},
      {"listen", ":50051", address},
      {"listen", "50051", address},
      {"listen", "127.0.0.1:", address},
      {"listen", "127.0.0.1:65536", address},
      {"listen", "127.0.0.1:-1", address},
      {"listen", "127.0.0.1:1x", address},
      {"listen", "127.0.0.300:1", address},
      {"listen", "::1:1", address},
      {"listen", "[::1]", address},
      {"listen", "[::g]:1", address},
      {"listen", "[]:1", address},
      {"listen", "a b:1", address},
      {"listen", "http://localhost:1", address},
      {"listen", "unix:relative", socket},
      {"listen", "unix:", socket},
      {"listen", "unix:/directory/", socket},
      {"listen", "unix:/a b", socket},
      {"listen", "0.0.0.0:50051", "is plaintext on an address that is neither loopback"},
      {"listen", "[::]:50051", "must be allowed with --insecure"},
      {"listen", "128.0.0.1:1", "must be allowed with --insecure"},
      {"listen", "gateway.example:1", "must be allowed with --insecure"},
      {"socket-mode", "888", "must be permission bits in octal"},
      {"socket-mode", "1777", "must be permission bits in octal"},
      {"socket-mode", "u+rw", "must be permission bits in octal"},
      {"upstream-url", "ftp://host", url},
      {"upstream-url", "host:1", url},
      {"upstream-url", "http://", url},
      {"upstream-url", "http://host:0", url},
      {"upstream-url", "http://host:99999", url},
      {"upstream-url", "http://host/#x", url},
      {"upstream-url", "http://ho st", url},
      {"region", "e u", "must be a name of letters, digits"},
      {"upstream-http", "3", "must be one of auto, 1.1, 2"},
      {"auth", "none", "must be one of gateway, caller"},
      {"workspace-id", " ws", "must be printable ASCII, not empty"},
      {"api-version", "x\r\ny", "must be printable ASCII, not empty"},
      {"forward-metadata", "X A", metadata},
      {"forward-metadata", "X-Bin", metadata},
      {"forward-metadata", "Host", "must not be host"},
      {"forward-metadata", "GRPC-x", metadata},
      {"forward-metadata", "x-bin", metadata},
      {"forward-metadata", "grpc-timeout", metadata},
      {"forward-metadata", ":path", metadata},
      {"forward-metadata", "content-length", "must not be content-length"},
      {"forward-metadata", "host", "must not be host"},
      {"timeout", "60", duration},
      {"timeout", "s", duration},
      {"timeout", "1d", duration},
      {"timeout", "-1s", duration},
      {"timeout", "1 s", duration},
      {"timeout", ".5s", duration},
      {"timeout", "1.s", duration},
      {"timeout", "1.2.3s", duration},
      {"timeout", "1e3s", duration},
      {"timeout", "infs", duration},
      {"timeout", "0.5ms", duration},
      {"timeout", "25h", duration},
      {"timeout", "99999999999999999999h", duration},
      {"timeout", "0s", "must be longer than 0s"},
      {"attempt-timeout", "0ms", "must be longer than 0s"},
      {"connect-timeout", "0m", "must be longer than 0s"},
      {"retry-max-backoff", "0h", "must be longer than 0s"},
      {"drain-delay", "1", duration},
      {"max-attempts", "0", "must be a whole number from 1 to 10"},
      {"max-attempts", "11", "must be a whole number from 1 to 10"},
      {"max-attempts", "3.0", "must be a whole number from 1 to 10"},
      {"max-attempts", "+3", "must be a whole number from 1 to 10"},
      {"create-marker", "a b", marker},
      {"create-marker", "a/b", marker},
      {"create-marker", "\xc3\xa4", marker},
      {"create-marker", std::string(65, 'k'), marker},
      {"admin-listen", "unix:/run/admin", "must be host:port, [v6]:port or off"},
      {"admin-listen", "9464", "must be host:port, [v6]:port or off"},
      {"max-in-flight", "0", "must be a whole number from 1 to 1000000"},
      {"max-in-flight", "99999999999999999999", "must be a whole number from 1 to 1000000"},
      {"max-request-bytes", "0", size},
      {"max-request-bytes", "4MB", size},
      {"max-request-bytes", "4 MiB", size},
      {"max-request-bytes", "MiB", size},
      {"max-request-bytes", "1.5MiB", size},
      {"max-request-bytes", "2048MiB", size},
      {"max-response-bytes", "-1", size},
      {"max-response-bytes", "18446744073709551615MiB", size},
      {"log-level", "INFO", "must be one of trace, debug, info, warn, error"},
      {"log-format", "xml", "must be one of json, text"},
      {"api-key-file", "a\nb", "must be a file's path"},
  };
  for (const auto& [flag, value, rule] : cases) {
    std::string shown = value;
    if (value == "x\r\ny") shown = R"(x\r\ny)";
    if (value == "a\nb") shown = R"(a\nb)";
    EXPECT_THAT(ErrorsOf({"--" + flag + "=" + value}),
                ElementsAre(AllOf(HasSubstr("--" + flag + " \"" + shown + "\""), HasSubstr(rule))))
        << flag << " " << value;
  }
}

TEST(ConfigErrors, ASocketPathOfTheKernelsLimitIsLegal) {
  const std::string longest = "unix:/" + std::string(106, 'a');
  EXPECT_THAT(ErrorsOf({"--listen", longest}), ElementsAre());
  EXPECT_THAT(ErrorsOf({"--listen", longest + "a"}), ElementsAre(HasSubstr("107 bytes")));
}

TEST(ConfigErrors, ACreateMarkersKeyHasUpTo64Bytes) {
  EXPECT_THAT(ErrorsOf({"--create-marker", std::string(64, 'k')}), ElementsAre());
  EXPECT_THAT(ErrorsOf({"--create-marker", ""}), ElementsAre(HasSubstr("must be 1 to 64")));
}

TEST(ConfigErrors, NeverShowASecret) {
  const std::vector<std::pair<Arguments, Environment>> cases = {
      {{"--header", "Authorization=Bearer hunter2"}, {}},
      {{"--header", "X-A=hunter2\r\nX-B: 1"}, {}},
      {{"--header", "hunter2"}, {}},
      {{"--header=Bad Name=hunter2"}, {}},
      {{}, {{"EXTEND_GATEWAY_HEADER", "x-a=1,hunter2"}}},
      {{}, {{"EXTEND_API_KEY", "hunter2 hunter2"}}},
      {{}, {{"EXTEND_API_KEY", "hunter2\r\nX-B: 1"}}},
      {{}, {{"EXTEND_GATEWAY_API_KEY", "hunter2"}}},
      {{"--api-key=hunter2"}, {}},
      {{"--api-key", "hunter2"}, {}},
      {{"-khunter2"}, {}},
      {{"sk_hunter2"}, {}},
      {{"--upstream-url", "https://user:hunter2@host"}, {}},
      {{"--upstream-url", "https://host/?key=hunter2"}, {}},
      {{"--upstream-proxy", "ftp://user:hunter2@host"}, {}},
      {{"--upstream-proxy", "http://hunter2/path"}, {}},
      {{"call", "a.B/C", "--metadata", "Authorization=Bearer hunter2"}, {}},
      {{"call", "a.B/C", "--metadata", "authorization=Bearer \x01hunter2"}, {}},
  };
  for (const auto& [arguments, environment] : cases) {
    const Errors errors = ErrorsOf(arguments, environment);
    EXPECT_THAT(errors, ElementsAre(Not(HasSubstr("hunter2"))))
        << (arguments.empty() ? environment.front().first : arguments.back());
  }
  const Errors errors = ErrorsOfFile(R"({"header": ["x-a=hunter2", "host=hunter2"],
                                         "api-key": "hunter2", "auth": {"hunter2": 1}})");
  EXPECT_EQ(errors.size(), 3U);
  EXPECT_THAT(errors, testing::Each(Not(HasSubstr("hunter2"))));
  EXPECT_THAT(ErrorsOfFile("{\"header\": [\"hunter2"), ElementsAre(Not(HasSubstr("hunter2"))));
}

TEST(ConfigErrors, OfASecretListSayWhichValueItIs) {
  EXPECT_THAT(ErrorsOf({"--header", "x-a=1", "--header", "Host=x"}),
              ElementsAre(AllOf(HasSubstr("--header (value 2)"), HasSubstr("must not be host"))));
}

TEST(ConfigErrors, HeadersOfTheConnectionAreReserved) {
  for (const char* name : {"Connection", "keep-alive", "TE", "Trailer", "Transfer-Encoding",
                           "Upgrade", "Host", "Content-Length", "Authorization",
                           "Proxy-Authorization", "Proxy-Connection", "Expect", "Content-Type"}) {
    EXPECT_THAT(ErrorsOf({"--header", std::string(name) + "=x"}),
                ElementsAre(HasSubstr("must not be")))
        << name;
  }
}

TEST(ConfigErrors, AreReportedTogetherWithTheirSources) {
  const TemporaryFile file(R"({"timeout": "5", "max-attempts": 99, "colour": "red"})");
  EXPECT_THAT(ErrorsOf({"--config", file.path(), "--region", "", "--drain-delay", "x", "--what"},
                       {{"EXTEND_GATEWAY_AUTH", "me"}, {"EXTEND_BASE_URL", "x"}}),
              testing::UnorderedElementsAre(
                  HasSubstr("--what is not a flag of serve"),
                  HasSubstr("key \"colour\" in " + file.path() + " is not a flag"),
                  HasSubstr("key \"timeout\" in " + file.path() + " \"5\" must be a number"),
                  HasSubstr("key \"max-attempts\" in " + file.path() + " \"99\""),
                  HasSubstr("--region \"\" must be a name"), HasSubstr("--drain-delay \"x\""),
                  HasSubstr("EXTEND_GATEWAY_AUTH \"me\""), HasSubstr("EXTEND_BASE_URL \"x\"")));
}

TEST(ConfigErrors, UnknownArgumentsAreErrors) {
  EXPECT_THAT(ErrorsOf({"--unknown"}), ElementsAre("--unknown is not a flag of serve"));
  EXPECT_THAT(ErrorsOf({"serv"}),
              ElementsAre(HasSubstr("\"serv\" is neither a flag nor a command")));
  EXPECT_THAT(ErrorsOf({"--region", "us", "check"}),
              ElementsAre(HasSubstr("\"check\" is neither a flag")));
  EXPECT_THAT(ErrorsOf({"health", "--listen", "127.0.0.1:1"}),
              ElementsAre("--listen is not a flag of health"));
  EXPECT_THAT(ErrorsOf({"--address", "127.0.0.1:1"}),
              ElementsAre("--address is not a flag of serve"));
  EXPECT_THAT(ErrorsOf({"--tls-ca", "x"}), ElementsAre("--tls-ca is not a flag of serve"));
  EXPECT_THAT(ErrorsOf({"version", "--region=us"}),
              ElementsAre("--region is not a flag of version"));
  EXPECT_THAT(ErrorsOf({"call", "a.B/C", "{}", "more"}), ElementsAre(HasSubstr("\"more\"")));
}

TEST(ConfigErrors, UnknownVariablesAreErrors) {
  for (const char* name :
       {"EXTEND_GATEWAY_LISTENN", "EXTEND_GATEWAY_", "EXTEND_GATEWAY__LISTEN",
        "EXTEND_GATEWAY_listen", "EXTEND_GATEWAY_PORTS", "EXTEND_GATEWAY_PORT_",
        "EXTEND_GATEWAY_PORT_X", "EXTEND_GATEWAY_PORT_50051", "EXTEND_GATEWAY_PORT_50051_TCP_X",
        "EXTEND_GATEWAY_PORT_50051_TLS", "EXTEND_GATEWAY_SERVICE", "EXTEND_GATEWAY_SERVICE_PORT_",
        "EXTEND_GATEWAY_SERVICE_HOSTS", "EXTEND_GATEWAY_HELP", "EXTEND_GATEWAY_VERSION"}) {
    EXPECT_THAT(ErrorsOf({}, {{name, "x"}}),
                ElementsAre(std::string(name) + " is not a variable of the gateway"));
  }
  EXPECT_THAT(ErrorsOf({}, {{"EXTEND_OTHER", "x"}, {"PATH", "x"}, {"EXTEND_GATEWAY", "x"}}),
              ElementsAre());
}

TEST(ConfigErrors, AFlagWithoutItsValueIsNamed) {
  const std::vector<std::pair<Arguments, std::vector<std::string>>> cases = {
      {{"--listen"}, {"--listen needs a value"}},
      {{"--listen="}, {"--listen needs a value"}},
      {{"--listen=", "--region", "eu"}, {"--listen needs a value"}},
      {{"--listen", "--timeout=5s"}, {"--listen needs a value"}},
      {{"--listen", "--timeout", "5s"}, {"--listen needs a value"}},
      {{"--listen", "--timeout="}, {"--listen needs a value", "--timeout needs a value"}},
      {{"--timeout=", "--listen"}, {"--timeout needs a value", "--listen needs a value"}},
      {{"--listen", "--insecure"}, {"--listen needs a value"}},
      {{"--listen", "--"}, {"--listen needs a value"}},
      {{"--listen", "--no-such"}, {"--listen needs a value", "--no-such is not a flag of serve"}},
      {{"--insecure="}, {"--insecure needs a value"}},
      {{"--config="}, {"--config needs a value"}},
      {{"health", "--address"}, {"--address needs a value"}},
  };
  for (const auto& [arguments, expected] : cases) {
    EXPECT_EQ(ErrorsOf(arguments), expected) << testing::PrintToString(arguments);
  }
}

TEST(ConfigErrors, AValueMayBeginWithOneDash) {
  EXPECT_THAT(ErrorsOf({"--timeout", "-1s"}), ElementsAre(HasSubstr("--timeout \"-1s\" must be")));
  EXPECT_THAT(ErrorsOf({"--listen", "-x"}), ElementsAre(HasSubstr("--listen \"-x\" must be")));
}

TEST(ConfigErrors, TwoDashesEndTheFlags) {
  EXPECT_THAT(ErrorsOf({"--"}), ElementsAre());
  EXPECT_THAT(ErrorsOf({"check", "--", "--region"}),
              ElementsAre(HasSubstr("an argument is neither")));
  EXPECT_THAT(ErrorsOf({"call", "--", "a.B/C", "{}"}), ElementsAre());
}

TEST(ConfigErrors, HelpAndVersionTakeNoValue) {
  EXPECT_THAT(ErrorsOf({"--help=x"}), ElementsAre("--help takes no value"));
  EXPECT_THAT(ErrorsOf({"call", "a.B/C", "--version="}), ElementsAre("--version takes no value"));
}

TEST(ConfigErrors, AShortFlagIsUnknown) {
  EXPECT_THAT(ErrorsOf({"-x"}), ElementsAre("-x is not a flag of serve"));
  EXPECT_THAT(ErrorsOf({"check", "-x", "value"}), ElementsAre("-x is not a flag of check"));
  EXPECT_THAT(ErrorsOf({"-"}), ElementsAre(HasSubstr("an argument is neither")));
}

TEST(ConfigErrors, TheValueOfAnUnknownFlagIsNotShown) {
  for (const Arguments& arguments :
       {Arguments{"--api-key", "hunter"}, {"call", "a.B/C", "{}", "--api-key", "hunter"}}) {
    EXPECT_THAT(ErrorsOf(arguments), ElementsAre(HasSubstr("--api-key is not a flag of ")));
  }
}

TEST(ConfigErrors, AFlagThatIsNotRepeatableIsGivenOnce) {
  EXPECT_THAT(ErrorsOf({"--region", "us", "--region", "eu"}),
              ElementsAre("--region is given more than once"));
  EXPECT_THAT(ErrorsOfFile(R"({"region": "us", "region": "eu"})"),
              ElementsAre(HasSubstr("is given more than once")));
}

TEST(ConfigErrors, ASwitchIsTrueOrFalse) {
  EXPECT_THAT(ErrorsOf({"--insecure=maybe"}),
              ElementsAre("--insecure \"maybe\" must be one of true, false"));
  EXPECT_THAT(ErrorsOf({}, {{"EXTEND_GATEWAY_INSECURE", "1"}}),
              ElementsAre("EXTEND_GATEWAY_INSECURE \"1\" must be one of true, false"));
}

TEST(ConfigErrors, TheFileMustBeAJsonObjectOfFlags) {
  EXPECT_THAT(ErrorsOfFile("[]"), ElementsAre(HasSubstr(" must be one JSON object with flags as")));
  EXPECT_THAT(ErrorsOfFile(""), ElementsAre(HasSubstr(" is not valid JSON, line 1")));
  EXPECT_THAT(ErrorsOfFile("{\n\n\"a\" 1}"), ElementsAre(HasSubstr(" is not valid JSON, line 3")));
  EXPECT_THAT(ErrorsOfFile("{} {}"), ElementsAre(HasSubstr("is not valid JSON")));
  EXPECT_THAT(ErrorsOfFile("\"x\""), ElementsAre(HasSubstr("must be one JSON object")));
}

TEST(ConfigErrors, TheFilesValuesHaveTheTypeOfTheirFlag) {
  for (const char* content :
       {R"({"listen": "127.0.0.1:1"})", R"({"listen": [1]})", R"({"header": {}})"}) {
    EXPECT_THAT(ErrorsOfFile(content), ElementsAre(HasSubstr("must be an array of strings")));
  }
  for (const char* content : {R"({"insecure": "true"})", R"({"insecure": 1})"}) {
    EXPECT_THAT(ErrorsOfFile(content), ElementsAre(HasSubstr("must be true or false")));
  }
  for (const char* content : {R"({"region": null})", R"({"region": ["us"]})", R"({"region": true})",
                              R"({"timeout": {}})"}) {
    EXPECT_THAT(ErrorsOfFile(content), ElementsAre(HasSubstr("must be a string or a number")));
  }
  EXPECT_THAT(ErrorsOfFile(R"({"config": "x"})"), ElementsAre(HasSubstr("is not a flag that")));
  EXPECT_THAT(ErrorsOfFile(R"({"listen": []})"), ElementsAre(HasSubstr("at least one address")));
}

TEST(ConfigErrors, AFileThatCannotBeReadIsAnError) {
  EXPECT_THAT(ErrorsOf({"--config", "/does/not/exist"}),
              ElementsAre("the config file /does/not/exist does not exist"));
  EXPECT_THAT(ErrorsOf({"--config", "/tmp"}),
              ElementsAre("the config file /tmp is not a regular file"));
  const std::string large((1U << 20) + 1, ' ');
  EXPECT_THAT(ErrorsOfFile(large), ElementsAre(HasSubstr("is larger than 1048576 bytes")));
}

TEST(ConfigErrors, AuthGatewayNeedsAKey) {
  EXPECT_THAT(ErrorsOf({"--auth", "gateway"}),
              ElementsAre("--auth \"gateway\" needs a key: --api-key-file or EXTEND_API_KEY"));
  EXPECT_THAT(ErrorsOf({"--auth", "gateway"}, {{"EXTEND_API_KEY", " "}}), testing::SizeIs(1));
}

TEST(ConfigErrors, AKeyIsOneWord) {
  for (const char* key : {"a b", "a\tb", "a\nb", "a\r\nb", "\xc3\xa9", "a\x7f"}) {
    EXPECT_THAT(ErrorsOf({}, {{"EXTEND_API_KEY", key}}),
                ElementsAre(HasSubstr("EXTEND_API_KEY must be 1 to 4096 printable ASCII")));
  }
  EXPECT_THAT(ErrorsOf({}, {{"EXTEND_API_KEY", std::string(4096, 'k')}}), ElementsAre());
  EXPECT_THAT(ErrorsOf({}, {{"EXTEND_API_KEY", std::string(4097, 'k')}}), testing::SizeIs(1));
}

TEST(ConfigErrors, JoinedFlagsAreCheckedTogether) {
  EXPECT_THAT(ErrorsOf({"--upstream-cert", "/c"}),
              ElementsAre("--upstream-cert needs --upstream-key too"));
  EXPECT_THAT(ErrorsOf({}, {{"EXTEND_GATEWAY_UPSTREAM_KEY", "/k"}}),
              ElementsAre("EXTEND_GATEWAY_UPSTREAM_KEY needs --upstream-cert too"));
  EXPECT_THAT(ErrorsOf({"--tls-cert", "/c"}), ElementsAre("--tls-cert needs --tls-key too"));
  EXPECT_THAT(ErrorsOf({"check", "--tls-key", "/k"}),
              ElementsAre("--tls-key needs --tls-cert too"));
  EXPECT_THAT(ErrorsOf({"--tls-client-ca", "/a"}),
              ElementsAre("--tls-client-ca needs --tls-cert too"));
  EXPECT_THAT(ErrorsOf({"--retry-initial-backoff", "11s"}),
              ElementsAre("--retry-initial-backoff must not be longer than --retry-max-backoff"));
}

TEST(ConfigErrors, OfTheClient) {
  EXPECT_THAT(ErrorsOf({"call"}), ElementsAre(HasSubstr("call needs a METHOD")));
  EXPECT_THAT(ErrorsOf({"health", "--address", "127.0.0.1:0"}),
              ElementsAre(HasSubstr("a port from 1 to 65535")));
  EXPECT_THAT(ErrorsOf({"wait", "--max", "5"}), ElementsAre(HasSubstr("--max \"5\"")));
  EXPECT_THAT(ErrorsOf({"health", "--tls-client-cert", "/c"}),
              ElementsAre("--tls-client-cert needs --tls-client-key too",
                          "--tls-client-cert needs --tls-ca too"));
  EXPECT_THAT(ErrorsOf({"wait", "--tls-client-key", "/k"}),
              ElementsAre("--tls-client-key needs --tls-client-cert too"));
  EXPECT_THAT(ErrorsOf({"call", "a.B/C", "--tls-server-name", "n"}),
              ElementsAre("--tls-server-name needs --tls-ca too"));
  EXPECT_THAT(ErrorsOf({"health", "--tls-server-name", "a b"}),
              testing::Contains(HasSubstr("--tls-server-name \"a b\" must be a name")));
  for (const char* metadata : {"X-A=1", "x-bin=1", "grpc-x=1", "=1", "a"}) {
    EXPECT_THAT(ErrorsOf({"call", "a.B/C", "--metadata", metadata}),
                ElementsAre(HasSubstr("--metadata must be NAME=VALUE")));
  }
}

/// What is left for finding further errors.
std::optional<Config> RemainderOf(const Arguments& arguments, const Environment& environment = {}) {
  const auto line = ParseCommandLine(arguments, environment);
  EXPECT_FALSE(line);
  return line.error().remainder;
}

TEST(ConfigErrors, LeaveTheRestToBeChecked) {
  const auto rest =
      RemainderOf({"check", "--timeout", "5", "--region", "mars", "--api-key-file", "/k"});
  ASSERT_TRUE(rest);
  EXPECT_EQ(rest->region, "mars");
  EXPECT_TRUE(rest->region_given);
  EXPECT_EQ(rest->api_key_file, "/k");
  EXPECT_EQ(rest->auth, Auth::kGateway);
}

TEST(ConfigErrors, LeaveOutWhatWouldCauseASecondError) {
  EXPECT_FALSE(RemainderOf({"--region", "e u"})->region_given);
  EXPECT_THAT(RemainderOf({"--upstream-url", "x"})->upstream_url, Not(testing::IsEmpty()));
  EXPECT_EQ(RemainderOf({"--auth", "gateway"})->auth, Auth::kCaller);
  EXPECT_EQ(RemainderOf({"--auth", "gateway", "--api-key-file="})->auth, Auth::kCaller);
  EXPECT_EQ(RemainderOf({}, {{"EXTEND_API_KEY", "a b"}})->auth, Auth::kCaller);
  const auto server = RemainderOf({"--tls-cert", "/c", "--tls-client-ca", "/a"});
  EXPECT_EQ(server->tls_cert, "");
  EXPECT_EQ(server->tls_client_ca, "");
  EXPECT_EQ(RemainderOf({"--upstream-key", "/k"})->upstream_key, "");
}

TEST(ConfigErrors, LeaveNothingWhereItIsUnknownWhatWouldBeServed) {
  EXPECT_FALSE(RemainderOf({"--descriptor-set", ""}));
  EXPECT_FALSE(RemainderOf({"--config", "/does/not/exist"}));
  const TemporaryFile file(R"({"descriptor-set": "x"})");
  EXPECT_FALSE(RemainderOf({"--config", file.path()}));
  EXPECT_FALSE(RemainderOf({"call"}));
}

TEST(ConfigErrors, OneMistakeIsOneError) {
  for (const Arguments& arguments : {Arguments{"--listen", "0.0.0.0:1", "--insecure=maybe"},
                                     {"--listen", "0.0.0.0:1", "--tls-cert=", "--tls-key", "/k"},
                                     {"--retry-max-backoff", "x", "--retry-initial-backoff", "20s"},
                                     {"--auth", "gateway", "--api-key-file", ""}}) {
    EXPECT_THAT(ErrorsOf(arguments), testing::SizeIs(1)) << testing::PrintToString(arguments);
  }
}

TEST(ConfigErrors, ALongValueIsCut) {
  const Errors errors = ErrorsOf({"--region", std::string(5000, '/')});
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_LT(errors[0].size(), 300U);
}

}  // namespace
}  // namespace gateway
