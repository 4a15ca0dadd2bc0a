// The log line of a call, as a collector would read it.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "gateway/telemetry/logging.h"
#include "tests/wire/tls_fixture.h"

namespace gateway {
namespace {

using testing::HasSubstr;
using testing::Not;

class AccessLogTest : public GatewayTest {
 protected:
  /// What the log says while `act` runs, up to and with the gateway's end.
  template <class Act>
  std::string LogOf(Act act) {
    testing::internal::CaptureStderr();
    SetUpLogging(LogLevel::kTrace, LogFormat::kJson);
    act();
    gateway().Drain();
    SetUpLogging(LogLevel::kError, LogFormat::kText);
    return testing::internal::GetCapturedStderr();
  }
  static std::vector<nlohmann::json> CallsIn(const std::string& log) {
    std::vector<nlohmann::json> calls;
    std::istringstream lines(log);
    for (std::string line; std::getline(lines, line);) {
      auto entry = nlohmann::json::parse(line, nullptr, false);
      EXPECT_FALSE(entry.is_discarded()) << line;
      if (entry.is_object() && entry.contains("grpc_code")) calls.push_back(std::move(entry));
    }
    return calls;
  }
};

TEST_F(AccessLogTest, EachCallHasOneLineWithAllItsFields) {
  AnswerAlways(404, R"({"code":"NOT_FOUND","message":"m"})", {{"x-extend-request-id", "req_1"}});
  const std::string traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const auto calls = CallsIn(LogOf([&] { Cancel("splr_1", {{"traceparent", traceparent}}); }));
  ASSERT_EQ(calls.size(), 1U);
  const nlohmann::json& call = calls[0];
  EXPECT_EQ(call["level"], "info");
  EXPECT_EQ(call["method"], "/extend.v1.SplitRunService/CancelSplitRun");
  EXPECT_EQ(call["grpc_code"], "NOT_FOUND");
  EXPECT_EQ(call["http_status"], 404);
  EXPECT_EQ(call["attempts"], 1);
  EXPECT_GT(call["duration_ms"], 0.0);
  EXPECT_GT(call["upstream_ms"], 0.0);
  EXPECT_EQ(call["request_bytes"], 8);
  EXPECT_EQ(call["response_bytes"], 0);
  EXPECT_EQ(call["request_id"], "req_1");
  EXPECT_EQ(call["trace_id"], "0af7651916cd43dd8448eb211c80319c");
  EXPECT_THAT(call["peer"].get<std::string>(), testing::StartsWith("ipv4:127.0.0.1:"));
  EXPECT_TRUE(call.contains("time"));
}

TEST_F(AccessLogTest, NoSecretIsEverLogged) {
  AnswerAlways(500, "oops body-secret");
  config.max_attempts = 1;
  const std::string log = LogOf([&] {
    Cancel("id-secret", {{"authorization", "Bearer token-secret"},
                         {"x-request-id", "header-secret"},
                         {"baggage", "gage-secret"}});
  });
  ASSERT_EQ(CallsIn(log).size(), 1U);
  for (const char* secret :
       {"test-key", "id-secret", "token-secret", "header-secret", "gage-secret"}) {
    EXPECT_THAT(log, Not(HasSubstr(secret)));
  }
}

TEST_F(AccessLogTest, UnknownEnumIsLoggedOnceByItsTypeNotItsValue) {
  // Of a type that no other test of this program uses so.
  AnswerAlways(200, R"({"file":{"type":"VALUE_SECRET"}})");
  const std::string log = LogOf([&] {
    Cancel();
    Cancel();
  });
  EXPECT_EQ(CallsIn(log).size(), 2U);
  EXPECT_THAT(log, Not(HasSubstr("VALUE_SECRET")));
  const std::string line = "unknown value of enum extend.v1.FileType";
  EXPECT_THAT(log, HasSubstr(line));
  EXPECT_EQ(log.find(line), log.rfind(line));
}

TEST_F(AccessLogTest, NoSecretIsLoggedWhenCredentialsChange) {
  const TestCertificate old_identity = MakeTestCertificate("old");
  const TestCertificate new_identity = MakeTestCertificate("new");
  MountedSecret tls(SecretOf(old_identity, old_identity.certificate_pem));
  MountedSecret key(MountedSecret::Files{{"key", "old-key-secret"}});
  config.api_key.clear();
  config.api_key_file = key.PathOf("key");
  config.tls_cert = config.upstream_cert = tls.PathOf("tls.crt");
  config.tls_key = config.upstream_key = tls.PathOf("tls.key");
  config.tls_client_ca = tls.PathOf("ca.crt");
  const std::string log = LogOf([&] {
    const auto reload = [this] { api().credentials().ReloadChanged(api().metrics()); };
    CallOver(OpenChannel(gateway().addresses()[0], CallerTls(old_identity.certificate_pem)));
    // Broken, then good.
    key.Publish({{"key", "half key-secret"}});
    tls.Publish({{"tls.crt", new_identity.certificate_pem}, {"tls.key", old_identity.key_pem}});
    reload();
    key.Publish({{"key", "new-key-secret"}});
    tls.Publish(SecretOf(new_identity, new_identity.certificate_pem));
    reload();
    const TlsCall call = CallOver(OpenChannel(
        gateway().addresses()[0], CallerTls(new_identity.certificate_pem, new_identity)));
    EXPECT_TRUE(call.status.ok()) << call.status.error_message();
  });
  EXPECT_THAT(log, testing::ContainsRegex("changed credentials are in use.*--api-key-file"));
  EXPECT_THAT(log, HasSubstr("is not the key of the certificate"));
  EXPECT_THAT(log, Not(HasSubstr("key-secret")));
  for (const std::string& pem : {old_identity.certificate_pem, old_identity.key_pem,
                                 new_identity.certificate_pem, new_identity.key_pem}) {
    std::istringstream lines(pem);
    for (std::string line; std::getline(lines, line);) EXPECT_THAT(log, Not(HasSubstr(line)));
  }
}

}  // namespace
}  // namespace gateway
