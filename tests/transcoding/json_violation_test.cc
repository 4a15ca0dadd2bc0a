#include "gateway/transcoding/json_violation.h"

#include <gtest/gtest.h>

#include "tests/transcoding/library.pb.h"

namespace gateway {
namespace {

namespace library = testing::library::v1;

TEST(JsonViolation, NamesFieldsAsTheProtoDoes) {
  const struct {
    const char* error;
    const google::protobuf::Descriptor* message;
    const char* field;
    const char* rule;
  } cases[] = {
      {"pageCount: rule", library::Book::descriptor(), "page_count", "rule"},
      {"books[1].pageCount: rule", library::ListBooksResponse::descriptor(), "books[1].page_count",
       "rule"},
      {"labels[0]: rule", library::BorrowBookRequest::descriptor(), "labels[0]", "rule"},
      {"odd name: rule", library::ListBooksRequest::descriptor(), "renamed", "rule"},
      // Not of the message: the content of an Any.
      {"wishes.someType.x: rule", library::BorrowBookRequest::descriptor(), "wishes.someType.x",
       "rule"},
      {"isbn.pageCount: rule", library::Book::descriptor(), "isbn.pageCount", "rule"},
      {"rule", library::Book::descriptor(), "", "rule"},
  };
  for (const auto& c : cases) {
    const grpc::Status error(grpc::StatusCode::INVALID_ARGUMENT, c.error);
    EXPECT_EQ(FieldOf(error, *c.message), c.field);
    EXPECT_EQ(RuleOf(error), c.rule);
  }
}

}  // namespace
}  // namespace gateway
