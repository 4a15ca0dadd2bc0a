// Responses that are cut, wrongly coded or no HTTP, and upstreams that cannot be trusted or
// reached: what their callers are told.
#include <gmock/gmock.h>

#include <filesystem>

#include "gateway/cli/health_command.h"
#include "tests/support/http_encoding.h"
#include "tests/support/temporary_file.h"
#include "tests/support/test_certificate.h"
#include "tests/wire/gateway_fixture.h"
#include "tests/wire/process.h"

namespace gateway {
namespace {

using extend::v1::SplitRunService;
using grpc::StatusCode;
using testing::HasSubstr;
using testing::Not;

const TestCertificate& Certificate() {
  static const TestCertificate certificate = MakeTestCertificate("server");
  return certificate;
}

const std::string kCancelled = R"({"object":"split_run","id":"splr_1","status":"CANCELLED"})";

class BrokenResponse : public GatewayTest {
 protected:
  BrokenResponse() { config.upstream_ca = ca_.path(); }

  /// The calls of one test go to an upstream that responds so to all but the reads of a cancel.
  void RespondWith(ScriptedUpstream& to, const Script& script) {
    config.upstream_url = to.url();
    to.OnRequest([script](const ReceivedRequest& request) -> Script {
      if (request.target == "/split_runs/cancelled") return {Send(HttpReply(200, kCancelled))};
      return script;
    });
  }
  Answer<extend::v1::DeleteSplitRunResponse> Delete() {
    extend::v1::DeleteSplitRunRequest request;
    request.set_id("splr_1");
    return Call(&Stub::DeleteSplitRun, request);
  }
  /// A cut 2xx: the read says what became of the cancel, and nothing what became of the others.
  void ExpectTruncated() {
    const auto cancel = Cancel("cancelled");
    EXPECT_TRUE(cancel.status.ok()) << cancel.status.error_message();
    EXPECT_EQ(cancel.message.status(), extend::v1::RUN_STATUS_CANCELLED);
    for (const grpc::Status& status : {Get().status, Delete().status, Create().status}) {
      EXPECT_EQ(status.error_code(), StatusCode::UNAVAILABLE) << status.error_message();
      EXPECT_EQ(ErrorInfoOf(status).reason(), "TRANSPORT_TRUNCATED");
    }
  }

  TemporaryFile ca_{Certificate().certificate_pem};
  ScriptedUpstream tls_upstream_{
      ServerTls{Certificate().certificate_pem, Certificate().key_pem, {}}};
};

TEST_F(BrokenResponse, Row4IsCutWhereItsGzipStreamIs) {
  RespondWith(
      upstream,
      {Send(HttpReply(200, Gzip(kCancelled).substr(0, 10), {{"Content-Encoding", "gzip"}}))});
  ExpectTruncated();
}

TEST_F(BrokenResponse, Row5IsCutWhereTlsHasNoOrderlyEnd) {
  for (const char* body : {"", "{\"id\":\"splr_1\"}"}) {
    StopGateway();
    RespondWith(tls_upstream_,
                {Send(std::string("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n") + body), Cut()});
    ExpectTruncated();
  }
}

TEST_F(BrokenResponse, Row5IsCutWhereAnUnframedBodyHasNotBegun) {
  for (ScriptedUpstream* to : {&upstream, &tls_upstream_}) {
    StopGateway();
    RespondWith(*to, {Send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"), Close()});
    ExpectTruncated();
  }
}

TEST_F(BrokenResponse, Row5IsWholeWhereAnUnframedBodyHasAnOrderlyEnd) {
  for (ScriptedUpstream* to : {&upstream, &tls_upstream_}) {
    StopGateway();
    RespondWith(*to, {Send("HTTP/1.0 200 OK\r\n\r\n" + kCancelled), Close()});
    EXPECT_EQ(Get().message.status(), extend::v1::RUN_STATUS_CANCELLED);
  }
}

TEST_F(BrokenResponse, Row10KeepsItsStatusAndItsContentWhateverItsCoding) {
  const std::string body = R"({"code":"NOT_FOUND","message":"No such run."})";
  for (const auto& [encoding, bytes] : std::vector<std::pair<std::string, std::string>>{
           {"utf-8", body},
           {"gzip", Gzip(body.substr(0, 9)) + Gzip(body.substr(9))},
           {"gzip", Gzip(body) + std::string(16, '\0')},
           {"deflate", RawDeflate(body)}}) {
    AnswerAlways(404, bytes, {{"Content-Encoding", encoding}});
    const auto answer = Get();
    EXPECT_EQ(answer.status.error_code(), StatusCode::NOT_FOUND) << encoding;
    EXPECT_EQ(answer.status.error_message(), "No such run.") << encoding;
  }
}

TEST_F(BrokenResponse, Row11HasTheStatusOfItsFirstLine) {
  for (const char* later : {"HTTP/x 200 y: z", "HTTP/x 200 y"}) {
    AnswerAlways("HTTP/1.1 403 Forbidden\r\n" + std::string(later) +
                 "\r\nContent-Length: 2\r\n\r\n{}");
    EXPECT_EQ(Get().status.error_code(), StatusCode::PERMISSION_DENIED) << later;
  }
}

TEST_F(BrokenResponse, Row13SaysWhatIsWrongWithTheCertificate) {
  const TestCertificate expired = MakeTestCertificate("server", -60);
  ScriptedUpstream other({expired.certificate_pem, expired.key_pem, {}});
  const TemporaryFile ca(expired.certificate_pem);
  config.upstream_ca = ca.path();
  config.upstream_url = other.url();
  const auto answer = Create();
  EXPECT_EQ(answer.status.error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(ErrorInfoOf(answer.status).reason(), "TRANSPORT_TLS");
  EXPECT_THAT(answer.status.error_message(), HasSubstr("its certificate has expired"));
}

TEST_F(BrokenResponse, Row13SaysWhatTheProxyAnswered) {
  AnswerAlways(407, "", {{"Proxy-Authenticate", "Basic realm=\"x\""}});
  config.upstream_url = "https://api.invalid";
  config.upstream_proxy = "http://user:secret@127.0.0.1:" + std::to_string(upstream.port());
  const auto answer = Create();
  EXPECT_EQ(answer.status.error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(ErrorInfoOf(answer.status).reason(), "TRANSPORT_CONNECT");
  EXPECT_THAT(answer.status.error_message(), HasSubstr("HTTP 407, it wants other credentials"));
  EXPECT_THAT(answer.status.error_message(), Not(HasSubstr("secret")));
}

/// The program, with an upstream over TLS that it trusts if `ca` is its certificate.
class UpstreamProcess : public testing::Test {
 protected:
  UpstreamProcess() { std::filesystem::create_directory(directory_); }
  ~UpstreamProcess() override { std::filesystem::remove_all(directory_); }

  [[nodiscard]] std::vector<std::string> Arguments(const std::string& ca) const {
    return {"--listen",      address_, "--admin-listen", "off", "--upstream-url", upstream_.url(),
            "--upstream-ca", ca,       "--max-attempts", "1"};
  }
  [[nodiscard]] grpc::Status Get() const {
    ClientConfig client;
    client.address = AddressOf(address_);
    std::ostringstream ignored;
    EXPECT_EQ(RunWait(client, ignored, ignored), 0);
    grpc::ClientContext context;
    context.AddMetadata("authorization", "Bearer caller-token");
    extend::v1::GetSplitRunRequest request;
    request.set_id("splr_1");
    extend::v1::SplitRun run;
    return SplitRunService::NewStub(OpenChannel(address_))->GetSplitRun(&context, request, &run);
  }

  const std::string directory_ =
      testing::TempDir() + "/broken_upstream_" + std::to_string(getpid());
  const std::string address_ = "unix:" + directory_ + "/socket";
  ScriptedUpstream upstream_{ServerTls{Certificate().certificate_pem, Certificate().key_pem, {}}};
};

TEST_F(UpstreamProcess, Row13LogsWhatIsWrongAtWarnNotForEachCall) {
  const TemporaryFile other(MakeTestCertificate("other").certificate_pem);
  Process process(Arguments(other.path()));
  for (int i = 0; i < 20; ++i) EXPECT_EQ(Get().error_code(), StatusCode::UNAVAILABLE);
  process.Signal(SIGTERM);
  EXPECT_EQ(process.Exit(), 0);
  const std::string line =
      R"("level":"warn","message":"TLS with the upstream failed: its certificate is self-signed)";
  EXPECT_THAT(process.output(), HasSubstr(line));
  EXPECT_THAT(process.output(), HasSubstr(R"("reason":"TRANSPORT_TLS","delivery":"never_sent")"));
  int lines = 0;
  for (std::size_t at = 0; (at = process.output().find(line, at)) != std::string::npos; ++at) {
    ++lines;
  }
  EXPECT_LE(lines, 10);
  EXPECT_THAT(process.output(), Not(HasSubstr("caller-token")));
}

TEST_F(UpstreamProcess, TlsKeysAreWrittenToNoFileThatTheEnvironmentNames) {
  const TemporaryFile ca(Certificate().certificate_pem);
  const std::string keys = directory_ + "/keys";
  Process process(Arguments(ca.path()), {"SSLKEYLOGFILE=" + keys});
  EXPECT_EQ(Get().error_code(), StatusCode::OK);
  process.Signal(SIGTERM);
  EXPECT_EQ(process.Exit(), 0);
  EXPECT_FALSE(std::filesystem::exists(keys));
}

}  // namespace
}  // namespace gateway
