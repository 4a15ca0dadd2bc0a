#include "gateway/transcoding/response_binding.h"

#include <gmock/gmock.h>

#include "tests/json/from_text.h"
#include "tests/json/generated_tables.h"
#include "tests/support/short_text.h"
#include "tests/transcoding/all_types.pb.h"
#include "tests/transcoding/legacy_types.pb.h"
#include "tests/transcoding/library.pb.h"

namespace gateway {
namespace {

namespace library = testing::library::v1;
using google::api::HttpBody;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

template <class Response>
ResponseBinding Binding(std::string_view response_body = "") {
  return *ResponseBinding::Compile(*Response::descriptor(), response_body, GeneratedTables());
}

HttpResponse Answer(std::string body, Headers headers = {}, int status = 200) {
  return {.status = status, .headers = std::move(headers), .body = std::move(body)};
}

// In text format.
template <class Response>
std::string Read(const HttpResponse& answer, std::string_view response_body = "") {
  const auto wire = Binding<Response>(response_body).Read(answer, {});
  if (!wire) return wire.error().error_message();
  Response response;
  EXPECT_TRUE(response.ParseFromString(*wire));
  return ShortText(response);
}

TEST(ResponseBinding, ReadsAMessage) {
  EXPECT_EQ(Read<library::Book>(Answer(R"({"isbn":"1","pageCount":"3","new":{}})")),
            R"(isbn: "1" page_count: 3)");
}

TEST(ResponseBinding, ReadsTheFieldThatTheBodyIs) {
  EXPECT_EQ(Read<library::TagBookResponse>(Answer(R"(["a","b"])"), "tags"),
            R"(tags: "a" tags: "b")");
  EXPECT_EQ(Read<library::RankBookResponse>(Answer("5"), "rank"), "rank: 5");
  EXPECT_EQ(Read<library::ListBooksResponse>(Answer(R"([{"isbn":"1"}])"), "books"),
            R"(books { isbn: "1" })");
  EXPECT_EQ(Read<library::CreateBookRequest>(Answer(R"({"isbn":"1"})"), "book"),
            R"(book { isbn: "1" })");
  EXPECT_EQ(Read<library::BorrowBookRequest>(Answer(R"({"k":"v"})"), "labels"),
            R"(labels { key: "k" value: "v" })");
}

TEST(ResponseBinding, ReadsNoContentAsAnEmptyMessage) {
  for (const int status : {200, 202, 204}) {
    EXPECT_EQ(Read<library::Book>(Answer("", {}, status)), "");
    EXPECT_EQ(Read<library::TagBookResponse>(Answer("", {}, status), "tags"), "");
    EXPECT_EQ(Read<HttpBody>(Answer("", {}, status)), "");
    EXPECT_EQ(Read<library::UploadFileResponse>(Answer("", {}, status), "content"), "");
  }
  // Whatever a 204 carries against the rules.
  EXPECT_EQ(Read<library::Book>(Answer("<html>", {}, 204)), "");
}

TEST(ResponseBinding, Row14_ReadsABodyOfBlanksAsAnEmptyMessage) {
  for (const char* blanks : {" ", "\n", "\r\n\t ", "\xEF\xBB\xBF", "\xEF\xBB\xBF\r\n"}) {
    EXPECT_EQ(Read<library::Book>(Answer(blanks)), "");
    EXPECT_EQ(Read<library::TagBookResponse>(Answer(blanks), "tags"), "");
    EXPECT_EQ(Read<google::protobuf::Empty>(Answer(blanks)), "");
  }
  EXPECT_THAT(Read<library::Book>(Answer(" x")), HasSubstr("not the promised JSON"));
}

TEST(ResponseBinding, Row14_TakesAnyBodyWhereTheTypeHasNoFields) {
  for (const char* body :
       {"OK", "<html></html>", "\xFF\xFE", "{", "null", "[]", "5", R"({"a":1})"}) {
    EXPECT_EQ(Read<google::protobuf::Empty>(Answer(body)), "") << body;
    EXPECT_EQ(Read<testing::v1::AllTypes>(Answer(body), "empty"), "empty { }") << body;
  }
  EXPECT_EQ(Read<testing::v1::AllTypes>(Answer("", {}, 204), "empty"), "");
  // Extensions are fields: an upstream may send them.
  EXPECT_EQ(Read<testing::v1::OnlyExtensions>(Answer(R"({"[testing.v1.only_extension]":5})")),
            "[testing.v1.only_extension]: 5");
}

TEST(ResponseBinding, PassesHttpBodiesOnAsTheyAre) {
  const Headers png = {{"content-type", "image/png"}};
  const std::string data(1000, '\xFF');
  const auto whole = Binding<HttpBody>().Read(Answer(data, png), {});
  ASSERT_TRUE(whole.has_value());
  HttpBody body;
  ASSERT_TRUE(body.ParseFromString(*whole));
  EXPECT_EQ(body.content_type(), "image/png");
  EXPECT_EQ(body.data(), data);

  const auto field = Binding<library::UploadFileResponse>("content").Read(Answer(data, png), {});
  ASSERT_TRUE(field.has_value());
  library::UploadFileResponse response;
  ASSERT_TRUE(response.ParseFromString(*field));
  EXPECT_EQ(response.content().content_type(), "image/png");
  EXPECT_EQ(response.content().data(), data);

  EXPECT_EQ(Read<HttpBody>(Answer("x")), R"(data: "x")");
  EXPECT_EQ(Read<HttpBody>(Answer("", png, 204)), R"(content_type: "image/png")");
}

TEST(ResponseBinding, DropsContentTypesThatAProtoStringCannotHold) {
  EXPECT_EQ(Read<HttpBody>(Answer("x", {{"content-type", "text/\xFF"}})), R"(data: "x")");
}

TEST(ResponseBinding, SaysWhatCameInPlaceOfJson) {
  const std::string html = "<html>secret of the upstream</html>";
  const auto wire =
      Binding<library::Book>().Read(Answer(html, {{"content-type", "text/html"}}, 201), {});
  ASSERT_FALSE(wire.has_value());
  EXPECT_EQ(wire.error().error_code(), grpc::StatusCode::INTERNAL);
  EXPECT_THAT(wire.error().error_message(),
              StartsWith("upstream answered 201 with a body that is not the promised JSON (content "
                         "type text/html, 35 bytes): "));
  EXPECT_THAT(wire.error().error_message(), Not(HasSubstr("secret")));
  EXPECT_THAT(Read<library::Book>(Answer(R"({"title":"secret")")),
              StartsWith("upstream answered 200 with a body that is not the promised JSON (no "
                         "content type, 17 bytes): "));
}

TEST(ResponseBinding, NamesThePlaceOfAWrongType) {
  EXPECT_THAT(
      Read<library::ListBooksResponse>(Answer(R"({"books":[{"isbn":"1"},{"pageCount":{}}]})")),
      HasSubstr("books[1].pageCount"));
}

TEST(ResponseBinding, ReportsAContentTypeShortAndPrintable) {
  const auto error_of = [](std::string content_type) {
    return Read<library::Book>(Answer("x", {{"content-type", std::move(content_type)}}));
  };
  EXPECT_THAT(error_of("a\r\n\x7F\xC3\xA9" + std::string(1000, 'b')),
              HasSubstr("(content type a?????" + std::string(58, 'b') + ", 1 bytes)"));
}

TEST(ResponseBinding, SaysWhichFieldIsMissing) {
  for (const char* absent : {"absent", "books.isbn", "*", "nextPageToken"}) {
    const auto binding = ResponseBinding::Compile(*library::ListBooksResponse::descriptor(), absent,
                                                  GeneratedTables());
    ASSERT_FALSE(binding.has_value());
    EXPECT_EQ(binding.error(), std::string("response_body \"") + absent +
                                   "\" names no field of testing.library.v1.ListBooksResponse");
  }
}

}  // namespace
}  // namespace gateway
