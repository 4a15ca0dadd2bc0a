// JSON that upstreams send in spite of the rules, or at the edge of them: no call fails for it.
#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "gateway/descriptors/descriptor_source.h"
#include "tests/support/short_text.h"
#include "tests/wire/gateway_fixture.h"

namespace gateway {
namespace {

using grpc::StatusCode;
using testing::HasSubstr;
using testing::IsEmpty;

class UpstreamJsonTest : public GatewayTest {
 protected:
  /// A POST meets 409, a GET this body.
  void RefuseAndShow(const std::string& run) {
    upstream.OnRequest([run](const ReceivedRequest& request) {
      return Script{Send(request.verb == "GET" ? HttpReply(200, run) : HttpReply(409, "{}"))};
    });
  }
};

TEST_F(UpstreamJsonTest, Row6_ALoneSurrogateInTheRunThatIsReadAfterARefusedCancel) {
  RefuseAndShow(
      R"({"id":"splr_1","status":"CANCELLED","file":{"id":"f","name":"Rechnung \ud83d"}})");
  const auto answer = Cancel();
  EXPECT_EQ(answer.status.error_code(), StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(ErrorInfoOf(answer.status).reason(), "ALREADY_CANCELLED");
}

TEST_F(UpstreamJsonTest, Row6_ALoneSurrogateInOneRunOfAListPage) {
  AnswerAlways(200, R"({"object":"list","data":[{"id":"a"},{"id":"b","file":{"name":
      "Rechnung \ud83d"},"metadata":{"\ude00":"\ud83d\u0041"}},{"id":"c"}]})");
  const auto answer = Call(&Stub::ListSplitRuns, extend::v1::ListSplitRunsRequest());
  ASSERT_TRUE(answer.status.ok()) << answer.status.error_message();
  ASSERT_EQ(answer.message.data_size(), 3);
  EXPECT_EQ(answer.message.data(1).file().name(), "Rechnung \uFFFD");
  EXPECT_EQ(answer.message.data(1).metadata().fields().at("\uFFFD").string_value(), "\uFFFDA");
  EXPECT_EQ(answer.message.data(2).id(), "c");
}

TEST_F(UpstreamJsonTest, Row6_ALoneSurrogateWhereNobodyReadsIt) {
  for (const char* unread :
       {R"("new":"\ud83d")", R"("\ude00":{})", R"("new":[{"\ude00\ud83d":0}])"}) {
    AnswerAlways(200,
                 R"({"id":"splr_1","dashboardUrl":"\ud83d\ude00",)" + std::string(unread) + "}");
    const auto answer = Get();
    ASSERT_TRUE(answer.status.ok()) << unread << answer.status.error_message();
    EXPECT_EQ(answer.message.id(), "splr_1");
    EXPECT_EQ(answer.message.dashboard_url(), "\U0001F600");
  }
}

TEST_F(UpstreamJsonTest, Row6_ALoneSurrogateInAnErrorBody) {
  AnswerAlways(404, R"({"\ud83d":1,"message":"no \ud83d","code":"NOT_FOUND","requestId":"req_9"})");
  const auto answer = Get();
  EXPECT_EQ(answer.status.error_code(), StatusCode::NOT_FOUND);
  EXPECT_EQ(answer.status.error_message(), "no \uFFFD");
  EXPECT_EQ(ErrorInfoOf(answer.status).metadata().at("requestId"), "req_9");
}

TEST_F(UpstreamJsonTest, Row14_MinusZeroBesideTheGreatestDouble) {
  AnswerAlways(200, R"({"id":"splr_1","metadata":{"a":-0,"b":1.7976931348623157e308,
      "c":18446744073709551616},"usage":{"credits":-0},"new":[1e999,-1e999]})");
  const auto answer = Get();
  ASSERT_TRUE(answer.status.ok()) << answer.status.error_message();
  const auto& metadata = answer.message.metadata().fields();
  EXPECT_TRUE(std::signbit(metadata.at("a").number_value()));
  EXPECT_EQ(metadata.at("b").number_value(), std::numeric_limits<double>::max());
  EXPECT_EQ(metadata.at("c").number_value(), 18446744073709551616.0);
  EXPECT_TRUE(std::signbit(answer.message.usage().credits()));
}

TEST_F(UpstreamJsonTest, Row14_ABodyOfBlanksIsAnEmptyOne) {
  for (const char* blanks : {" ", "\r\n", "\xEF\xBB\xBF", "\xEF\xBB\xBF \n"}) {
    AnswerAlways(200, blanks);
    const auto answer = Get();
    EXPECT_TRUE(answer.status.ok()) << answer.status.error_message();
    EXPECT_EQ(answer.message.ByteSizeLong(), 0U);
  }
}

TEST_F(UpstreamJsonTest, Row14_AByteOrderMarkIsSkipped) {
  AnswerAlways(200,
               "\xEF\xBB\xBF"
               R"({"id":"splr_1"})");
  EXPECT_EQ(Get().message.id(), "splr_1");
}

/// An API with what the split runs lack: bytes, Any, and responses without fields.
class FleetJsonTest : public GatewayTest {
 protected:
  FleetJsonTest() { config.descriptor_sets = {FLEET_SET}; }

  /// The response in text format.
  std::string Call(const std::string& method, const std::string& body) {
    AnswerAlways(200, body);
    const auto* const descriptor = source_->pool().FindMethodByName("fleet.v2." + method);
    if (descriptor == nullptr) return "no such method";
    const std::string path = "/" + std::string(descriptor->service()->full_name()) + "/" +
                             std::string(descriptor->name());
    // Field 1 of both kinds of requests: an id, or a name.
    const bool has_name = descriptor->input_type()->FindFieldByName("name") != nullptr;
    const auto answer = RawCall(*channel(), path, has_name ? "\n\1a" : "\x8\x1");
    if (!answer.status.ok()) return answer.status.error_message();
    const std::unique_ptr<google::protobuf::Message> message(
        source_->Prototype(descriptor->output_type())->New());
    EXPECT_TRUE(message->ParseFromString(answer.message));
    return ShortText(*message);
  }

 private:
  const std::unique_ptr<DescriptorSource> source_ = DescriptorSource::Load({FLEET_SET});
};

TEST_F(FleetJsonTest, Row14_Base64MayHaveLineBreaks) {
  for (const char* body : {R"("aGVs\r\nbG8=")", R"("aGVsbG8=\n")", R"("aGVs\nbG8")"}) {
    EXPECT_EQ(Call("Vehicles.GetKey", body), R"(key: "hello")");
  }
  EXPECT_EQ(Call("Vehicles.GetKey", R"("-_\r\n8=")"), R"(key: "\373\377")");
}

TEST_F(FleetJsonTest, Row14_AnEmptyResponseTakesAnyBody) {
  for (const char* body : {"OK", "<html>done</html>", "\xFF\xFE\x01", "null", "[1]", "{"}) {
    EXPECT_THAT(Call("Depots.HasDepot", ""), IsEmpty());
    EXPECT_THAT(Call("Depots.DeleteDepot", body), IsEmpty()) << body;
  }
}

TEST_F(FleetJsonTest, Row14_AnAnyOfAnUnknownTypeIsDroppedAndCounted) {
  EXPECT_THAT(Call("Shipments.GetDetail", R"({"@type":"type.googleapis.com/no.Type","x":[1]})"),
              IsEmpty());
  EXPECT_THAT(Metrics(), HasSubstr("extend_gateway_dropped_anys_total 1\n"));
  EXPECT_THAT(
      Call("Shipments.GetDetail",
           R"({"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"FULL","new":1})"),
      HasSubstr("google.rpc.ErrorInfo"));
  EXPECT_THAT(Metrics(), HasSubstr("extend_gateway_dropped_anys_total 1\n"));
}

}  // namespace
}  // namespace gateway
