#include "gateway/transcoding/body_binding.h"

#include "tests/transcoding/binding_fixture.h"

namespace gateway {
namespace {

namespace pb = google::protobuf;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(BodyBinding, WritesBodiesOfEveryKind) {
  const struct {
    const char* method;
    const char* request;
    const char* url;
    const char* body;
  } cases[] = {
      // A message field; what is neither in it nor in the path goes into the query.
      {"CreateBook", R"(shelf: "s" book: { isbn: "1" page_count: 3 } request_id: "r")",
       "/v1/shelves/s/books?requestId=r", R"({"isbn":"1","pageCount":"3"})"},
      {"CreateBook", R"(shelf: "s")", "/v1/shelves/s/books", "{}"},
      // A path field stays in the body's field; what is beside one goes into the query.
      {"UpdateBook",
       R"(shelf: { id: 4 theme: "t" } book: { isbn: "1" title: "T" } update_mask: { paths: "title" })",
       "/v1/shelves/4/books/1?shelf.theme=t&updateMask=title", R"({"isbn":"1","title":"T"})"},
      // All, except what the path holds.
      {"BorrowBook", R"(loan: { id: "7" note: "n" } reader: "r" labels: { key: "k" value: "v" })",
       "/v1/loans/7:borrow", R"({"loan":{"note":"n"},"reader":"r","labels":{"k":"v"}})"},
      {"BorrowBook", R"(loan: { id: "7" } books: { title: "T" })", "/v1/loans/7:borrow",
       R"({"loan":{},"books":[{"title":"T"}]})"},
      {"TagBook", R"(isbn: "1" tags: "a" tags: "b")", "/v1/books/1/tags", R"(["a","b"])"},
      {"TagBook", R"(isbn: "1")", "/v1/books/1/tags", "[]"},
      {"RankBook", R"(isbn: "1" rank: 5)", "/v1/books/1/rank", "5"},
      {"RankBook", R"(isbn: "1")", "/v1/books/1/rank", "0"},
  };
  for (const auto& c : cases) {
    const RequestBinding binding = BindingOf(c.method);
    const pb::Descriptor* const type = LibraryMethod(c.method).input_type();
    const std::unique_ptr<pb::Message> request(
        pb::MessageFactory::generated_factory()->GetPrototype(type)->New());
    ASSERT_TRUE(pb::TextFormat::ParseFromString(c.request, request.get()));
    const auto bound = binding.Bind(*request);
    ASSERT_TRUE(bound.has_value()) << bound.error().error_message();
    EXPECT_EQ(bound->url, c.url);
    EXPECT_EQ(bound->body, c.body);
    EXPECT_THAT(bound->headers, ElementsAre(Header{"Content-Type", "application/json"}));
  }
}

TEST(BodyBinding, SendsAnEmptyObjectForABodyOfNothing) {
  const auto all_in_path = BindingBy<library::LockBookRequest>(R"(post: "/{isbn}" body: "*")");
  EXPECT_EQ(Bound<library::LockBookRequest>(all_in_path, R"(isbn: "1")").body, "{}");
  const auto no_fields = BindingBy<pb::Empty>(R"(post: "/" body: "*")");
  EXPECT_EQ(Bound<pb::Empty>(no_fields, "").body, "{}");
}

TEST(BodyBinding, HasNoBodyUnlessTheRuleSaysSo) {
  const HttpRequest request = Bound<library::LockBookRequest>(
      BindingBy<library::LockBookRequest>(R"(post: "/{isbn}")"), R"(isbn: "1")");
  EXPECT_EQ(request.body, std::nullopt);
  EXPECT_THAT(request.headers, IsEmpty());
}

TEST(BodyBinding, SendsHttpBodiesAsTheyAre) {
  const struct {
    const char* request;
    const char* content_type;
    std::string body;
  } cases[] = {
      {R"(content_type: "image/png" data: "\x89PNG\x00")", "image/png", {"\x89PNG\0", 5}},
      {R"(data: "x")", "application/octet-stream", "x"},
      {"", "application/octet-stream", ""},
  };
  for (const auto& c : cases) {
    const HttpRequest whole = Bound<google::api::HttpBody>(BindingOf("Echo"), c.request);
    EXPECT_EQ(whole.url, "/v1/echo");
    EXPECT_EQ(whole.body, c.body);
    EXPECT_THAT(whole.headers, ElementsAre(Header{"Content-Type", c.content_type}));

    const HttpRequest field = Bound<library::UploadFileRequest>(
        BindingOf("UploadFile"),
        std::string(R"(path: "a/b" overwrite: true content: { )") + c.request + " }");
    EXPECT_EQ(field.url, "/v1/files/a/b:upload?overwrite=true");
    EXPECT_EQ(field.body, c.body);
    EXPECT_THAT(field.headers, ElementsAre(Header{"Content-Type", c.content_type}));
  }
}

TEST(BodyBinding, RefusesContentTypesThatAreNoHeaderValue) {
  const std::string rule = "content_type: must be at most 255 printable ASCII characters";
  static_assert(BodyBinding::kMaxContentType == 255);
  google::api::HttpBody request;
  const RequestBinding binding = BindingOf("Echo");
  for (const std::string& bad :
       {std::string("text/plain\r\nX-Evil: 1"), std::string("t\xC3\xA9xt/plain"),
        std::string("text/plain\0", 11), std::string(256, 'x')}) {
    request.set_content_type(bad);
    EXPECT_THAT(ViolationsOf(binding.Bind(request)), ElementsAre(rule));
  }
  request.set_content_type(std::string(255, 'x'));
  EXPECT_TRUE(binding.Bind(request).has_value());

  library::UploadFileRequest upload;
  upload.set_path("x");
  upload.mutable_content()->set_content_type("\n");
  EXPECT_THAT(ViolationsOf(BindingOf("UploadFile").Bind(upload)), ElementsAre("content." + rule));
}

TEST(BodyBinding, NamesTheFieldOfABodyThatJsonCannotHold) {
  library::BorrowBookRequest request;
  request.mutable_loan()->set_id("7");
  (*request.mutable_wishes()->mutable_fields())["x"];
  EXPECT_THAT(ViolationsOf(BindingOf("BorrowBook").Bind(request)),
              ElementsAre("wishes[0]: a Value without a kind"));
}

}  // namespace
}  // namespace gateway
