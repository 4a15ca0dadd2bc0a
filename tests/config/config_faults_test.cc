// What is refused, and what the operator is told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/config/config.h"
#include "tests/support/temporary_file.h"

namespace gateway {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using Arguments = std::vector<std::string>;

Errors FaultsOf(const Arguments& arguments, const Environment& environment = {}) {
  const auto line = ParseCommandLine(arguments, environment);
  return line ? Errors{} : line.error();
}

Errors FaultsOfFile(const std::string& content) {
  const TemporaryFile file(content);
  return FaultsOf({"--config", file.path()});
}

struct BadValue {
  std::string flag;
  std::string value;
  std::string rule;
};

TEST(ConfigFaults, NameFlagValueAndRule) {
  const std::string address = "must be host:port with a port from 0 to 65535";
  const std::string socket = "must be unix: and an absolute path of at most 107 bytes";
  const std::string duration = "must be a number with a unit, ms, s, m or h";
  const std::string size = "must be a whole number of bytes, KiB or MiB";
  const std::string url = "must be an http:// or https:// URL of a host";
  const std::string marker = "must be 1 to 64 letters, digits, '_', '-', ':' and '.'";
  const std::string metadata = "must be a metadata name of lower-case letters";
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
      {"forward-metadata", "X-A", metadata},
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
    EXPECT_THAT(FaultsOf({"--" + flag + "=" + value}),
                ElementsAre(AllOf(HasSubstr("--" + flag + " \"" + shown + "\""), HasSubstr(rule))))
        << flag << " " << value;
  }
}

TEST(ConfigFaults, ASocketPathOfTheKernelsLimitIsLegal) {
  const std::string longest = "unix:/" + std::string(106, 'a');
  EXPECT_THAT(FaultsOf({"--listen", longest}), ElementsAre());
  EXPECT_THAT(FaultsOf({"--listen", longest + "a"}), ElementsAre(HasSubstr("107 bytes")));
}

TEST(ConfigFaults, ACreateMarkersKeyHasUpTo64Bytes) {
  EXPECT_THAT(FaultsOf({"--create-marker", std::string(64, 'k')}), ElementsAre());
  EXPECT_THAT(FaultsOf({"--create-marker", ""}), ElementsAre(HasSubstr("must be 1 to 64")));
}

TEST(ConfigFaults, NeverShowASecret) {
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
    const Errors faults = FaultsOf(arguments, environment);
    EXPECT_THAT(faults, ElementsAre(Not(HasSubstr("hunter2"))))
        << (arguments.empty() ? environment.front().first : arguments.back());
  }
  const Errors faults = FaultsOfFile(R"({"header": ["x-a=hunter2", "host=hunter2"],
                                         "api-key": "hunter2", "auth": {"hunter2": 1}})");
  EXPECT_EQ(faults.size(), 3U);
  EXPECT_THAT(faults, testing::Each(Not(HasSubstr("hunter2"))));
  EXPECT_THAT(FaultsOfFile("{\"header\": [\"hunter2"), ElementsAre(Not(HasSubstr("hunter2"))));
}

TEST(ConfigFaults, OfASecretListSayWhichValueItIs) {
  EXPECT_THAT(FaultsOf({"--header", "x-a=1", "--header", "Host=x"}),
              ElementsAre(AllOf(HasSubstr("--header (value 2)"), HasSubstr("must not be host"))));
}

TEST(ConfigFaults, HeadersOfTheConnectionAreReserved) {
  for (const char* name : {"Connection", "keep-alive", "TE", "Trailer", "Transfer-Encoding",
                           "Upgrade", "Host", "Content-Length", "Authorization",
                           "Proxy-Authorization", "Proxy-Connection", "Expect", "Content-Type"}) {
    EXPECT_THAT(FaultsOf({"--header", std::string(name) + "=x"}),
                ElementsAre(HasSubstr("must not be")))
        << name;
  }
}

TEST(ConfigFaults, AreAllToldAtOnceWithTheirSources) {
  const TemporaryFile file(R"({"timeout": "5", "max-attempts": 99, "colour": "red"})");
  EXPECT_THAT(FaultsOf({"--config", file.path(), "--region", "", "--drain-delay", "x", "--what"},
                       {{"EXTEND_GATEWAY_AUTH", "me"}, {"EXTEND_BASE_URL", "x"}}),
              testing::UnorderedElementsAre(
                  HasSubstr("--what is not a flag of serve"),
                  HasSubstr("key \"colour\" in " + file.path() + " is not a flag"),
                  HasSubstr("key \"timeout\" in " + file.path() + " \"5\" must be a number"),
                  HasSubstr("key \"max-attempts\" in " + file.path() + " \"99\""),
                  HasSubstr("--region \"\" must be a name"), HasSubstr("--drain-delay \"x\""),
                  HasSubstr("EXTEND_GATEWAY_AUTH \"me\""), HasSubstr("EXTEND_BASE_URL \"x\"")));
}

TEST(ConfigFaults, UnknownArgumentsAreTold) {
  EXPECT_THAT(FaultsOf({"--unknown"}), ElementsAre("--unknown is not a flag of serve"));
  EXPECT_THAT(FaultsOf({"serv"}),
              ElementsAre(HasSubstr("\"serv\" is neither a flag nor a command")));
  EXPECT_THAT(FaultsOf({"--region", "us", "check"}),
              ElementsAre(HasSubstr("\"check\" is neither a flag")));
  EXPECT_THAT(FaultsOf({"health", "--listen", "127.0.0.1:1"}),
              ElementsAre("--listen is not a flag of health"));
  EXPECT_THAT(FaultsOf({"--address", "127.0.0.1:1"}),
              ElementsAre("--address is not a flag of serve"));
  EXPECT_THAT(FaultsOf({"--tls-ca", "x"}), ElementsAre("--tls-ca is not a flag of serve"));
  EXPECT_THAT(FaultsOf({"version", "--region=us"}),
              ElementsAre("--region is not a flag of version"));
  EXPECT_THAT(FaultsOf({"call", "a.B/C", "{}", "more"}), ElementsAre(HasSubstr("\"more\"")));
}

TEST(ConfigFaults, UnknownVariablesAreTold) {
  EXPECT_THAT(FaultsOf({}, {{"EXTEND_GATEWAY_LISTENN", "x"}}),
              ElementsAre("EXTEND_GATEWAY_LISTENN is not a variable of the gateway"));
  EXPECT_THAT(FaultsOf({}, {{"EXTEND_GATEWAY_PORTS", "x"}}), ElementsAre(HasSubstr("_PORTS")));
  EXPECT_THAT(FaultsOf({}, {{"EXTEND_OTHER", "x"}, {"PATH", "x"}}), ElementsAre());
}

TEST(ConfigFaults, AFlagWithoutItsValueIsTold) {
  EXPECT_THAT(FaultsOf({"--listen"}), ElementsAre("--listen needs a value"));
  EXPECT_THAT(FaultsOf({"--listen=", "--region", "eu"}), ElementsAre("--listen needs a value"));
  EXPECT_THAT(FaultsOf({"--timeout=1", "--listen"}), testing::SizeIs(2));
}

TEST(ConfigFaults, AFlagThatIsNotRepeatableIsGivenOnce) {
  EXPECT_THAT(FaultsOf({"--region", "us", "--region", "eu"}),
              ElementsAre("--region is given more than once"));
  EXPECT_THAT(FaultsOfFile(R"({"region": "us", "region": "eu"})"),
              ElementsAre(HasSubstr("is given more than once")));
}

TEST(ConfigFaults, ASwitchIsTrueOrFalse) {
  EXPECT_THAT(FaultsOf({"--insecure=maybe"}),
              ElementsAre("--insecure \"maybe\" must be one of true, false"));
  EXPECT_THAT(FaultsOf({}, {{"EXTEND_GATEWAY_INSECURE", "1"}}),
              ElementsAre("EXTEND_GATEWAY_INSECURE \"1\" must be one of true, false"));
}

TEST(ConfigFaults, TheFileMustBeAJsonObjectOfFlags) {
  EXPECT_THAT(FaultsOfFile("[]"), ElementsAre(HasSubstr(" must be one JSON object with flags as")));
  EXPECT_THAT(FaultsOfFile(""), ElementsAre(HasSubstr(" is not valid JSON, line 1")));
  EXPECT_THAT(FaultsOfFile("{\n\n\"a\" 1}"), ElementsAre(HasSubstr(" is not valid JSON, line 3")));
  EXPECT_THAT(FaultsOfFile("{} {}"), ElementsAre(HasSubstr("is not valid JSON")));
  EXPECT_THAT(FaultsOfFile("\"x\""), ElementsAre(HasSubstr("must be one JSON object")));
}

TEST(ConfigFaults, TheFilesValuesHaveTheTypeOfTheirFlag) {
  for (const char* content :
       {R"({"listen": "127.0.0.1:1"})", R"({"listen": [1]})", R"({"header": {}})"}) {
    EXPECT_THAT(FaultsOfFile(content), ElementsAre(HasSubstr("must be an array of strings")));
  }
  for (const char* content : {R"({"insecure": "true"})", R"({"insecure": 1})"}) {
    EXPECT_THAT(FaultsOfFile(content), ElementsAre(HasSubstr("must be true or false")));
  }
  for (const char* content : {R"({"region": null})", R"({"region": ["us"]})", R"({"region": true})",
                              R"({"timeout": {}})"}) {
    EXPECT_THAT(FaultsOfFile(content), ElementsAre(HasSubstr("must be a string or a number")));
  }
  EXPECT_THAT(FaultsOfFile(R"({"config": "x"})"), ElementsAre(HasSubstr("is not a flag that")));
  EXPECT_THAT(FaultsOfFile(R"({"listen": []})"), ElementsAre(HasSubstr("at least one address")));
}

TEST(ConfigFaults, AFileThatCannotBeReadIsTold) {
  EXPECT_THAT(FaultsOf({"--config", "/does/not/exist"}),
              ElementsAre("the config file /does/not/exist does not exist"));
  EXPECT_THAT(FaultsOf({"--config", "/tmp"}),
              ElementsAre("the config file /tmp is not a regular file"));
  const std::string large((1U << 20) + 1, ' ');
  EXPECT_THAT(FaultsOfFile(large), ElementsAre(HasSubstr("is larger than 1048576 bytes")));
}

TEST(ConfigFaults, AuthGatewayNeedsAKey) {
  EXPECT_THAT(FaultsOf({"--auth", "gateway"}),
              ElementsAre("--auth \"gateway\" needs a key: --api-key-file or EXTEND_API_KEY"));
  EXPECT_THAT(FaultsOf({"--auth", "gateway"}, {{"EXTEND_API_KEY", " "}}), testing::SizeIs(1));
}

TEST(ConfigFaults, AKeyIsOneWord) {
  for (const char* key : {"a b", "a\tb", "a\nb", "a\r\nb", "\xc3\xa9", "a\x7f"}) {
    EXPECT_THAT(FaultsOf({}, {{"EXTEND_API_KEY", key}}),
                ElementsAre(HasSubstr("EXTEND_API_KEY must be 1 to 4096 printable ASCII")));
  }
  EXPECT_THAT(FaultsOf({}, {{"EXTEND_API_KEY", std::string(4096, 'k')}}), ElementsAre());
  EXPECT_THAT(FaultsOf({}, {{"EXTEND_API_KEY", std::string(4097, 'k')}}), testing::SizeIs(1));
}

TEST(ConfigFaults, JoinedFlagsAreCheckedTogether) {
  EXPECT_THAT(FaultsOf({"--upstream-cert", "/c"}),
              ElementsAre("--upstream-cert needs --upstream-key too"));
  EXPECT_THAT(FaultsOf({}, {{"EXTEND_GATEWAY_UPSTREAM_KEY", "/k"}}),
              ElementsAre("EXTEND_GATEWAY_UPSTREAM_KEY needs --upstream-cert too"));
  EXPECT_THAT(FaultsOf({"--tls-cert", "/c"}), ElementsAre("--tls-cert needs --tls-key too"));
  EXPECT_THAT(FaultsOf({"check", "--tls-key", "/k"}),
              ElementsAre("--tls-key needs --tls-cert too"));
  EXPECT_THAT(FaultsOf({"--tls-client-ca", "/a"}),
              ElementsAre("--tls-client-ca needs --tls-cert too"));
  EXPECT_THAT(FaultsOf({"--retry-initial-backoff", "11s"}),
              ElementsAre("--retry-initial-backoff must not be longer than --retry-max-backoff"));
}

TEST(ConfigFaults, OfTheClient) {
  EXPECT_THAT(FaultsOf({"call"}), ElementsAre(HasSubstr("call needs a METHOD")));
  EXPECT_THAT(FaultsOf({"health", "--address", "127.0.0.1:0"}),
              ElementsAre(HasSubstr("a port from 1 to 65535")));
  EXPECT_THAT(FaultsOf({"wait", "--max", "5"}), ElementsAre(HasSubstr("--max \"5\"")));
  EXPECT_THAT(FaultsOf({"health", "--tls-client-cert", "/c"}),
              ElementsAre("--tls-client-cert needs --tls-client-key too",
                          "--tls-client-cert needs --tls-ca too"));
  EXPECT_THAT(FaultsOf({"wait", "--tls-client-key", "/k"}),
              ElementsAre("--tls-client-key needs --tls-client-cert too"));
  EXPECT_THAT(FaultsOf({"call", "a.B/C", "--tls-server-name", "n"}),
              ElementsAre("--tls-server-name needs --tls-ca too"));
  EXPECT_THAT(FaultsOf({"health", "--tls-server-name", "a b"}),
              testing::Contains(HasSubstr("--tls-server-name \"a b\" must be a name")));
  for (const char* metadata : {"X-A=1", "x-bin=1", "grpc-x=1", "=1", "a"}) {
    EXPECT_THAT(FaultsOf({"call", "a.B/C", "--metadata", metadata}),
                ElementsAre(HasSubstr("--metadata must be NAME=VALUE")));
  }
}

TEST(ConfigFaults, ALongValueIsCut) {
  const Errors faults = FaultsOf({"--region", std::string(5000, '/')});
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_LT(faults[0].size(), 300U);
}

}  // namespace
}  // namespace gateway
