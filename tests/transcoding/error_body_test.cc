#include "gateway/transcoding/error_body.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gateway {
namespace {

std::string Repeated(std::string_view text, int times) {
  std::string repeated;
  for (int i = 0; i < times; ++i) repeated += text;
  return repeated;
}

TEST(ErrorBody, IsReadInAllFourShapes) {
  ErrorBody body = ReadErrorBody(
      R"({"code":"INVALID_REQUEST","message":"no","retryable":false,"requestId":"req_1",
          "docUrl":"https://docs.example/x"})");
  EXPECT_EQ(body.code, "INVALID_REQUEST");
  EXPECT_EQ(body.message, "no");
  EXPECT_EQ(body.retryable, false);
  EXPECT_EQ(body.request_id, "req_1");
  EXPECT_EQ(body.doc_url, "https://docs.example/x");

  body = ReadErrorBody(
      R"({"error":{"code":"NOT_FOUND","message":"gone","retryable":true,"requestId":"req_2"}})");
  EXPECT_EQ(body.code, "NOT_FOUND");
  EXPECT_EQ(body.message, "gone");
  EXPECT_EQ(body.retryable, true);
  EXPECT_EQ(body.request_id, "req_2");

  EXPECT_EQ(ReadErrorBody(R"({"success":false,"error":"legacy"})").message, "legacy");
  EXPECT_EQ(ReadErrorBody(R"({"error":"slow down"})").message, "slow down");
}

TEST(ErrorBody, Row6_IsReadThoughAStringWasCutInAnEmoji) {
  const ErrorBody body = ReadErrorBody(
      R"({"\ude00":"\ud83d","code":"NOT_FOUND","message":"Rechnung \ud83d","requestId":"req_1"})");
  EXPECT_EQ(body.code, "NOT_FOUND");
  EXPECT_EQ(body.message, "Rechnung \uFFFD");
  EXPECT_EQ(body.request_id, "req_1");
}

TEST(ErrorBody, PrefersTheCurrentShapeWhereSeveralAreMixed) {
  const ErrorBody body = ReadErrorBody(
      R"({"error":{"code":"INNER","message":"inner","requestId":"req_2"},"message":"outer"})");
  EXPECT_EQ(body.message, "outer");
  EXPECT_EQ(body.code, "INNER");
  EXPECT_EQ(body.request_id, "req_2");
  EXPECT_EQ(ReadErrorBody(R"({"error":"Bad Request","message":"outer"})").message, "outer");
}

TEST(ErrorBody, HoldsNothingWhereThereIsNothingToRead) {
  for (const std::string& text : {
           std::string(),
           std::string("   "),
           std::string("<html><body>502 Bad Gateway</body></html>"),
           std::string("null"),
           std::string("\"code\""),
           std::string(R"(["code","message"])"),
           std::string(R"([{"error":1},{"code":"X","message":"m"}])"),
           std::string("{}"),
           std::string(R"({"error":null})"),
           std::string(R"({"error":[{"code":"X","message":"m"}]})"),
           std::string(R"({"error":{},"code":["X"],"message":["m"],"retryable":[true]})"),
           std::string(R"({"details":{"code":"X","message":"m","retryable":true}})"),
           std::string(R"({"error":{"inner":{"code":"X","message":"m"}}})"),
           std::string("{\"message\":\"\xff\"}"),
       }) {
    const ErrorBody body = ReadErrorBody(text);
    EXPECT_EQ(body.code, "") << text;
    EXPECT_EQ(body.message, "") << text;
    EXPECT_EQ(body.retryable, std::nullopt) << text;
  }
}

TEST(ErrorBody, IgnoresMembersOfTheWrongTypeOneByOne) {
  const ErrorBody body = ReadErrorBody(
      R"({"code":404,"message":"kept","retryable":"true","requestId":["r"],"docUrl":{"a":"b"},
          "error":7})");
  EXPECT_EQ(body.code, "");
  EXPECT_EQ(body.message, "kept");
  EXPECT_EQ(body.retryable, std::nullopt);
  EXPECT_EQ(body.request_id, "");
  EXPECT_EQ(body.doc_url, "");
}

TEST(ErrorBody, TakesOnlyUpperSnakeAsCode) {
  const std::string longest = "A" + Repeated("B", 62);
  for (const std::string& code : {std::string("X"), std::string("RATE_LIMIT_2"), longest}) {
    EXPECT_EQ(ReadErrorBody("{\"code\":\"" + code + "\"}").code, code);
  }
  for (const std::string& code : {std::string(), std::string("not_found"), std::string("Not Found"),
                                  std::string("1_A"), std::string("_A"), std::string("A-B"),
                                  std::string("É"), std::string("A\\nB"), longest + "B"}) {
    EXPECT_EQ(ReadErrorBody("{\"code\":\"" + code + "\"}").code, "") << code;
  }
}

TEST(ErrorBody, KeepsWhatCameBeforeACut) {
  const ErrorBody body = ReadErrorBody(
      R"({"code":"USAGE_BLOCKED","message":"out of credits","retryable":false,"requ)");
  EXPECT_EQ(body.code, "USAGE_BLOCKED");
  EXPECT_EQ(body.message, "out of credits");
  EXPECT_EQ(body.retryable, false);
  EXPECT_EQ(ReadErrorBody(R"({"message":"never ends)").message, "");
}

TEST(ErrorBody, ReadsOverNumbersTooLargeForAnyType) {
  const ErrorBody body =
      ReadErrorBody(R"({"trace":123456789012345678901234567890,"code":"X","message":"m"})");
  EXPECT_EQ(body.code, "X");
  EXPECT_EQ(body.message, "m");
}

TEST(ErrorBody, TakesTheLastOfSeveralMembersOfTheSameName) {
  EXPECT_EQ(ReadErrorBody(R"({"message":"first","message":"last"})").message, "last");
}

TEST(ErrorBody, SurvivesHostileNesting) {
  EXPECT_EQ(ReadErrorBody(R"({"x":)" + Repeated("[", 1'000'000)).message, "");
  EXPECT_EQ(ReadErrorBody(Repeated("{\"error\":", 100'000)).message, "");

  // 98 arrays within the object and the member before the message: still read; deeper is not.
  const auto nested = [](int depth) {
    return R"({"x":)" + Repeated("[", depth) + Repeated("]", depth) + R"(,"message":"m"})";
  };
  EXPECT_EQ(ReadErrorBody(nested(99)).message, "m");
  EXPECT_EQ(ReadErrorBody(nested(100)).message, "");
}

TEST(ErrorBody, IsNotReadBeyondOneMebibyte) {
  const std::string head = R"({"message":"m","pad":")";
  const std::string pad(std::size_t{1} << 20, 'x');
  const std::string largest = head + pad.substr(head.size() + 2) + "\"}";
  ASSERT_EQ(largest.size(), std::size_t{1} << 20);
  EXPECT_EQ(ReadErrorBody(largest).message, "m");
  EXPECT_EQ(ReadErrorBody(largest + " ").message, "");
}

}  // namespace
}  // namespace gateway
