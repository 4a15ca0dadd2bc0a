// The flags and arguments of the commands that talk to a gateway.
#include <gtest/gtest.h>

#include "gateway/config/command_line.h"
#include "tests/support/address.h"

namespace gateway {
namespace {

using namespace std::chrono_literals;

/// Throws, which fails the test, if there is an error.
CommandLine Parse(const std::vector<std::string>& arguments, const Environment& environment = {}) {
  return ParseCommandLine(arguments, environment).value();
}

TEST(ClientFlags, CallHasAMethodAnAddressAndARequest) {
  const CommandLine line =
      Parse({"call", "a.B/C", R"({"id":"-1"})", "--address=unix:/s", "--metadata", "x-a=1",
             "--metadata", "authorization=Bearer x", "--timeout", "3s", "--descriptor-set", "/d"});
  EXPECT_EQ(line.command, Command::kCall);
  EXPECT_EQ(line.client.method, "a.B/C");
  EXPECT_EQ(line.client.json, R"({"id":"-1"})");
  EXPECT_EQ(line.client.address, AddressOf("unix:/s"));
  EXPECT_EQ(line.client.metadata, (Headers{{"x-a", "1"}, {"authorization", "Bearer x"}}));
  EXPECT_EQ(line.client.timeout, 3s);
  EXPECT_EQ(line.client.descriptor_sets, std::vector<std::string>{"/d"});
}

TEST(ClientFlags, CallWithoutARequestSendsAnEmptyOne) {
  EXPECT_EQ(Parse({"call", "a.B/C"}).client.json, "{}");
  EXPECT_EQ(Parse({"call", "a.B/C", "-"}).client.json, "-");
  EXPECT_EQ(Parse({"call", "a.B/C", "{}"}).client.json, "{}");
  EXPECT_EQ(Parse({"call", "--timeout", "1s", "a.B/C", "[1,2]"}).client.json, "[1,2]");
}

TEST(ClientFlags, HealthAndWaitHaveAnAddress) {
  EXPECT_EQ(Parse({"health", "--address", "h:1"}).client.address, AddressOf("h:1"));
  const CommandLine line = Parse({"wait", "--max", "1m"}, {{"EXTEND_GATEWAY_ADDRESS", "h:2"}});
  EXPECT_EQ(line.client.address, AddressOf("h:2"));
  EXPECT_EQ(line.client.max_wait, 1min);
}

TEST(ClientFlags, TlsFlagsOfTheClientComeTogether) {
  for (const char* command : {"health", "wait"}) {
    const CommandLine line = Parse({command, "--tls-ca", "/a", "--tls-client-cert", "/c",
                                    "--tls-client-key", "/k", "--tls-server-name", "n.example"});
    EXPECT_EQ(line.client.tls_ca, "/a");
    EXPECT_EQ(line.client.tls_client_cert, "/c");
    EXPECT_EQ(line.client.tls_client_key, "/k");
    EXPECT_EQ(line.client.tls_server_name, "n.example");
  }
}

}  // namespace
}  // namespace gateway
