#include "gateway/cli/status_text.h"

#include <gmock/gmock.h>
#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <tuple>

namespace gateway {
namespace {

template <class... Details>
grpc::Status NotFound(const std::string& message, const Details&... details) {
  google::rpc::Status all;
  ((std::ignore = all.add_details()->PackFrom(details)), ...);
  return {grpc::StatusCode::NOT_FOUND, message, all.SerializeAsString()};
}

TEST(StatusText, IsCodeAndMessage) {
  EXPECT_EQ(StatusText(NotFound("gone")), "NOT_FOUND: gone\n");
  EXPECT_EQ(StatusText(NotFound("")), "NOT_FOUND\n");
}

TEST(StatusText, ShowsEachKindOfDetail) {
  google::rpc::ErrorInfo info;
  info.set_reason("RUN_NOT_FOUND");
  info.set_domain("api.example");
  (*info.mutable_metadata())["httpStatus"] = "404";
  (*info.mutable_metadata())["attempts"] = "1";
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(1);
  retry.mutable_retry_delay()->set_nanos(500'000'000);
  google::rpc::RequestInfo request;
  request.set_request_id("req_7");
  google::rpc::BadRequest bad;
  auto* const violation = bad.add_field_violations();
  violation->set_field("file.url");
  violation->set_description("must not be empty");
  google::rpc::Help help;
  help.add_links()->set_url("https://docs.example/errors");
  google::protobuf::Duration unknown;
  EXPECT_EQ(StatusText(NotFound("gone", info, retry, request, bad, help, unknown)),
            "NOT_FOUND: gone\n"
            "  reason: RUN_NOT_FOUND (api.example)\n"
            "  attempts: 1\n"
            "  httpStatus: 404\n"
            "  retry after: 1.500s\n"
            "  request id: req_7\n"
            "  field file.url: must not be empty\n"
            "  see: https://docs.example/errors\n"
            "  detail: type.googleapis.com/google.protobuf.Duration\n");
}

TEST(StatusText, HasNoControlCharactersWhateverTheServerSends) {
  const std::string hostile = "a\r\nb\x1b[31m";
  google::rpc::ErrorInfo info;
  info.set_reason("x" + hostile);
  (*info.mutable_metadata())["key\n"] = hostile;
  const std::string text = StatusText(NotFound(hostile + "\xff", info));
  EXPECT_EQ(std::ranges::count(text, '\n'), 3);
  EXPECT_TRUE(std::ranges::all_of(text, [](char c) { return c == '\n' || c >= ' '; })) << text;
}

TEST(StatusText, IsPlainWhenDetailsCannotBeRead) {
  EXPECT_EQ(StatusText({grpc::StatusCode::INTERNAL, "m", "\xff\xff"}), "INTERNAL: m\n");
}

TEST(ErrorLines, AreALineEachWhateverTheErrorsQuote) {
  EXPECT_EQ(ErrorLines({"one", "path \"/a\r\n\x1b[31m\xff\": two"}),
            "extend-gateway: one\nextend-gateway: path \"/a   [31m?\": two\n");
}

}  // namespace
}  // namespace gateway
