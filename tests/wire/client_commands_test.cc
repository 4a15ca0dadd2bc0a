// call, health and wait against a gateway.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "gateway/cli/call_command.h"
#include "gateway/cli/client_channel.h"
#include "gateway/cli/health_command.h"
#include "tests/wire/tls_fixture.h"

namespace gateway {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

constexpr std::string_view kCancel = "extend.v1.SplitRunService/CancelSplitRun";

class ClientCommandTest : public GatewayTest {
 protected:
  int CallWith(const std::string& json, const std::string& method = std::string(kCancel)) {
    client.address = AddressOf(gateway().addresses().at(0));
    client.method = method;
    client.json = json;
    return RunCall(client, in, out, err);
  }

  ClientConfig client;
  std::istringstream in;
  std::ostringstream out;
  std::ostringstream err;
};

TEST_F(ClientCommandTest, CallPrintsTheResponseAsJson) {
  AnswerAlways(200, R"({"object":"split_run","id":"splr_1","status":"CANCELLED"})");
  EXPECT_EQ(CallWith(R"({"id":"splr_1"})"), 0) << err.str();
  EXPECT_EQ(upstream.requests().at(0).target, "/split_runs/splr_1/cancel");
  const auto response = nlohmann::json::parse(out.str());
  EXPECT_EQ(response["id"], "splr_1");
  EXPECT_EQ(response["status"], "CANCELLED");
  EXPECT_THAT(err.str(), IsEmpty());
}

TEST_F(ClientCommandTest, CallReadsTheRequestFromStandardInput) {
  in.str(R"({"id": "from_input"})");
  EXPECT_EQ(CallWith("-"), 0) << err.str();
  EXPECT_EQ(upstream.requests().at(0).target, "/split_runs/from_input/cancel");
}

TEST_F(ClientCommandTest, CallSendsMetadata) {
  config.auth = Auth::kCaller;
  client.metadata = {{"authorization", "Bearer mine"}, {"x-extend-workspace-id", "ws_1"}};
  EXPECT_EQ(CallWith(R"({"id":"1"})"), 0) << err.str();
  EXPECT_EQ(upstream.requests().at(0).Get("authorization"), "Bearer mine");
  EXPECT_EQ(upstream.requests().at(0).Get("x-extend-workspace-id"), "ws_1");
}

TEST_F(ClientCommandTest, CallShowsAnErrorWithItsDetails) {
  AnswerAlways(404, R"({"code":"RUN_NOT_FOUND","message":"no such run","requestId":"req_7"})");
  EXPECT_EQ(CallWith(R"({"id":"1"})"), kCallFailed);
  EXPECT_THAT(out.str(), IsEmpty());
  EXPECT_THAT(err.str(), AllOf(StartsWith("NOT_FOUND: no such run\n"),
                               HasSubstr("  reason: RUN_NOT_FOUND (api.extend.ai)\n"),
                               HasSubstr("  httpStatus: 404\n"), HasSubstr("req_7")));
}

TEST_F(ClientCommandTest, CallShowsWhichArgumentIsWrong) {
  EXPECT_EQ(CallWith(R"({"id":""})"), kCallFailed);
  EXPECT_THAT(err.str(), AllOf(StartsWith("INVALID_ARGUMENT: "), HasSubstr("  field id: ")));
}

TEST_F(ClientCommandTest, CallRejectsAnUnknownMethodAndListsTheKnownOnes) {
  for (const char* method : {"extend.v1.SplitRunService/Nope", "CancelSplitRun", "/", ""}) {
    err.str("");
    EXPECT_EQ(CallWith("{}", method), kBadInput);
    EXPECT_THAT(err.str(), HasSubstr(std::string(kCancel) + "\n"));
  }
  EXPECT_THAT(upstream.requests(), IsEmpty());
}

TEST_F(ClientCommandTest, CallRejectsARequestThatIsNoMessageOfTheMethod) {
  for (const char* json :
       {"", "{", "[]", R"({"id": 1, "other": 2})", R"({"idd":"1"})", R"({"id":"1","id":"2"})"}) {
    err.str("");
    EXPECT_EQ(CallWith(json), kBadInput) << json;
    EXPECT_THAT(err.str(),
                StartsWith("the request is not a valid extend.v1.CancelSplitRunRequest: "));
  }
  EXPECT_THAT(upstream.requests(), IsEmpty());
}

TEST_F(ClientCommandTest, CallRejectsADescriptorSetThatCannotBeRead) {
  client.descriptor_sets = {"/does/not/exist"};
  EXPECT_EQ(CallWith("{}"), kBadInput);
  EXPECT_THAT(err.str(), HasSubstr("/does/not/exist"));
}

TEST_F(ClientCommandTest, CallEndsWithItsTimeout) {
  upstream.OnRequest([](const ReceivedRequest&) -> Script { return {Stall()}; });
  client.timeout = 50ms;
  EXPECT_EQ(CallWith(R"({"id":"1"})"), kCallFailed);
  EXPECT_THAT(err.str(), StartsWith("DEADLINE_EXCEEDED"));
}

TEST_F(ClientCommandTest, CallWithoutAGatewayIsUnavailable) {
  client.address = AddressOf("unix:/does/not/exist");
  client.method = kCancel;
  EXPECT_EQ(RunCall(client, in, out, err), kCallFailed);
  EXPECT_THAT(err.str(), StartsWith("UNAVAILABLE"));
}

TEST_F(ClientCommandTest, HealthIsGoodWhileServing) {
  client.address = AddressOf(gateway().addresses().at(0));
  EXPECT_EQ(RunHealth(client, out, err), 0);
  EXPECT_EQ(out.str(), "SERVING\n");
}

TEST_F(ClientCommandTest, HealthIsBadWithoutAGateway) {
  client.address = AddressOf("unix:/does/not/exist");
  EXPECT_EQ(RunHealth(client, out, err), kCallFailed);
  EXPECT_THAT(err.str(), StartsWith("UNAVAILABLE"));
}

TEST_F(ClientCommandTest, HealthIsBadWhileDraining) {
  config.drain_delay = 1s;
  client.address = AddressOf(gateway().addresses().at(0));
  std::jthread drain([this] { gateway().Drain(); });
  while (RunHealth(client, out, err) == 0) std::this_thread::yield();
  EXPECT_THAT(err.str(), StartsWith("NOT_SERVING\n"));
}

TEST_F(ClientCommandTest, WaitEndsWhenTheGatewayServes) {
  config.listen = {
      AddressOf("unix:/tmp/extend-gateway-wait-" + std::to_string(getpid()) + ".sock")};
  int code = -1;
  client.address = config.listen[0];
  std::jthread waiter([&] { code = RunWait(client, out, err); });
  gateway();
  waiter.join();
  EXPECT_EQ(code, 0) << err.str();
}

TEST_F(ClientCommandTest, WaitGivesUp) {
  client.address = AddressOf("unix:/does/not/exist");
  client.max_wait = 150ms;
  EXPECT_EQ(RunWait(client, out, err), kCallFailed);
  EXPECT_THAT(err.str(), Not(IsEmpty()));
}

/// A gateway with TLS that asks callers for a certificate, and a client that has one.
class ClientCommandTlsTest : public ClientCommandTest {
 protected:
  ClientCommandTlsTest() {
    config.tls_cert = server.PathOf("tls.crt");
    config.tls_key = server.PathOf("tls.key");
    config.tls_client_ca = server.PathOf("ca.crt");
    client.tls_ca = client_files.PathOf("ca.crt");
    client.tls_client_cert = client_files.PathOf("tls.crt");
    client.tls_client_key = client_files.PathOf("tls.key");
  }

  const TestCertificate of_server = MakeTestCertificate("server");
  const TestCertificate of_client = MakeTestCertificate("client");
  MountedSecret server{SecretOf(of_server, of_client.certificate_pem)};
  MountedSecret client_files{SecretOf(of_client, of_server.certificate_pem)};
};

TEST_F(ClientCommandTlsTest, EveryCommandSpeaksTls) {
  AnswerAlways(200, R"({"id":"splr_1"})");
  EXPECT_EQ(CallWith(R"({"id":"splr_1"})"), 0) << err.str();
  EXPECT_EQ(RunHealth(client, out, err), 0) << err.str();
  EXPECT_EQ(RunWait(client, out, err), 0) << err.str();
}

TEST_F(ClientCommandTlsTest, SocketFilesArePlaintextAllTheSame) {
  config.listen = {AddressOf("unix:" + server.PathOf("socket"))};
  EXPECT_EQ(CallWith(R"({"id":"splr_1"})"), 0) << err.str();
}

TEST_F(ClientCommandTlsTest, AGatewayThatIsNotTrustedIsNotServing) {
  client.address = AddressOf(gateway().addresses().at(0));
  client.tls_ca = client_files.PathOf("tls.crt");
  EXPECT_EQ(RunHealth(client, out, err), kCallFailed);
}

TEST_F(ClientCommandTlsTest, TheCertificateMustHaveTheNameThatIsAskedFor) {
  client.address = AddressOf(gateway().addresses().at(0));
  client.tls_server_name = "localhost";
  EXPECT_EQ(RunHealth(client, out, err), 0) << err.str();
  client.tls_server_name = "gateway.example";
  EXPECT_EQ(RunHealth(client, out, err), kCallFailed);
}

TEST_F(ClientCommandTlsTest, FilesThatAreNotSoundAreBadInput) {
  client.method = kCancel;
  client.tls_ca = "/does/not/exist";
  client.tls_client_key = server.PathOf("tls.key");
  for (const int code :
       {RunHealth(client, out, err), RunWait(client, out, err), RunCall(client, in, out, err)}) {
    EXPECT_EQ(code, kBadInput);
  }
  EXPECT_THAT(err.str(), AllOf(HasSubstr("--tls-ca: /does/not/exist does not exist\n"),
                               HasSubstr("--tls-client-key: " + client.tls_client_key +
                                         " is not the key of the certificate\n")));
}

}  // namespace
}  // namespace gateway
