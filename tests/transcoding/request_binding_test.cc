#include "gateway/transcoding/request_binding.h"

#include <gmock/gmock.h>
#include <google/api/annotations.pb.h>
#include <google/protobuf/dynamic_message.h>
#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>

#include "gateway/transcoding/argument_violations.h"
#include "gateway/transcoding/body_binding.h"
#include "gateway/transcoding/query_binding.h"
#include "tests/transcoding/from_text.h"
#include "tests/transcoding/library.pb.h"

namespace gateway {
namespace {

namespace pb = google::protobuf;
namespace library = testing::library::v1;
using google::api::HttpRule;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

RequestBinding BindingOf(const std::string& method) {
  const pb::MethodDescriptor& descriptor =
      *library::Book::descriptor()->file()->FindServiceByName("Library")->FindMethodByName(method);
  auto binding = RequestBinding::Compile(descriptor.options().GetExtension(google::api::http),
                                         *descriptor.input_type());
  if (!binding) throw std::runtime_error(binding.error().front());
  return *std::move(binding);
}

template <class Request>
RequestBinding BindingBy(const std::string& rule) {
  auto binding = RequestBinding::Compile(FromText<HttpRule>(rule), *Request::descriptor());
  if (!binding) throw std::runtime_error(binding.error().front());
  return *std::move(binding);
}

template <class Request>
HttpRequest Bound(const RequestBinding& binding, const std::string& request) {
  const auto bound = binding.Bind(FromText<Request>(request));
  if (!bound) throw std::runtime_error(bound.error().error_message());
  return *bound;
}

// "field: rule" of each violation, after the status has been checked.
std::vector<std::string> ViolationsOf(const Result<HttpRequest>& bound) {
  if (bound) return {"bound to " + bound->url};
  EXPECT_EQ(bound.error().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  google::rpc::Status status;
  google::rpc::BadRequest details;
  EXPECT_TRUE(status.ParseFromString(bound.error().error_details()));
  EXPECT_EQ(status.code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(status.message(), bound.error().error_message());
  EXPECT_THAT(status.details(), SizeIs(1));
  EXPECT_TRUE(status.details(0).UnpackTo(&details));
  std::vector<std::string> violations;
  for (const auto& violation : details.field_violations()) {
    violations.push_back(violation.field() + ": " + violation.description());
  }
  return violations;
}

TEST(RequestBinding, TakesTheVerbOfTheRule) {
  const struct {
    const char* rule;
    const char* verb;
  } cases[] = {
      {R"(get: "/")", "GET"},     {R"(put: "/")", "PUT"},
      {R"(post: "/")", "POST"},   {R"(delete: "/")", "DELETE"},
      {R"(patch: "/")", "PATCH"}, {R"(custom: { kind: "PROPFIND" path: "/" })", "PROPFIND"},
  };
  for (const auto& c : cases) {
    const RequestBinding binding = BindingBy<pb::Empty>(c.rule);
    EXPECT_EQ(binding.verb(), c.verb);
    const HttpRequest request = Bound<pb::Empty>(binding, "");
    EXPECT_EQ(request.verb, c.verb);
    EXPECT_EQ(request.url, "/");
    EXPECT_THAT(request.headers, IsEmpty());
    EXPECT_EQ(request.body, std::nullopt);
  }
}

TEST(RequestBinding, SendsTheFirstBindingOnly) {
  const HttpRequest request = Bound<library::GetBookRequest>(
      BindingOf("GetBook"),
      R"(name: "shelves/a b/books/2" isbn: "3" read_mask: { paths: "title" paths: "page_count" })");
  EXPECT_EQ(request.url, "/v1/shelves/a%20b/books/2?isbn=3&readMask=title%2CpageCount");
}

TEST(RequestBinding, WritesPathVariablesOfEveryType) {
  const struct {
    const char* variable;
    const char* request;
    const char* url;
  } cases[] = {
      {"text", R"(text: "a/b")", "/a%2Fb"},
      {"data", R"(data: "\xff\xfe\x00x")", "/__4AeA"},
      {"number", "number: -7", "/-7"},
      {"number", "", "/0"},
      {"flag", "flag: true", "/true"},
      {"flag", "", "/false"},
      {"genre", "genre: GENRE_POETRY", "/POETRY"},
      {"genre", "genre: GENRE_SCIENCE", "/science%20%26%20nature"},
      {"genre", "", "/UNSPECIFIED"},
      {"ratio", "ratio: 0.5", "/0.5"},
      {"ratio", "", "/0"},
      {"chosen", "chosen: 0", "/0"},
      {"word", R"(word: "x")", "/x"},
      {"left", "left: 0", "/0"},
      {"right", R"(right: "y")", "/y"},
      {"time", "time: { seconds: 1 }", "/1970-01-01T00%3A00%3A01Z"},
      {"wrapped", "wrapped: { value: 5 }", "/5"},
      {"wrapped", "wrapped: { }", "/0"},
      {"shelf.id", "shelf: { id: 9 }", "/9"},
      {"shelf.id", "", "/0"},
      {"shelf.theme", R"(shelf: { theme: "t" })", "/t"},
  };
  for (const auto& c : cases) {
    const auto binding =
        BindingBy<library::Variables>(std::string("post: \"/{") + c.variable + "}\" body: \"*\"");
    EXPECT_EQ(Bound<library::Variables>(binding, c.request).url, c.url) << c.variable;
  }
}

TEST(RequestBinding, RefusesVariablesThatNobodySet) {
  for (const char* variable :
       {"text", "data", "chosen", "word", "left", "right", "time", "wrapped", "shelf.theme"}) {
    const auto binding =
        BindingBy<library::Variables>(std::string("post: \"/{") + variable + "}\" body: \"*\"");
    EXPECT_THAT(ViolationsOf(binding.Bind(library::Variables())),
                ElementsAre(std::string(variable) + ": must not be empty"));
  }
}

TEST(RequestBinding, WritesQueryParametersOfEveryType) {
  const struct {
    const char* request;
    const char* query;
  } cases[] = {
      {"", ""},
      {"page_size: 10", "?pageSize=10"},
      {"page_size: 0", ""},
      {R"(page_token: "a+b/c=:d e&f%")", "?pageToken=a%2Bb%2Fc%3D%3Ad%20e%26f%25"},
      {"in_print: true", "?inPrint=true"},
      {"genre: GENRE_POETRY", "?genre=POETRY"},
      {"genre: GENRE_SCIENCE", "?genre=science%20%26%20nature"},
      {"other_genres: [GENRE_POETRY, GENRE_UNSPECIFIED]",
       "?otherGenres=POETRY&otherGenres=UNSPECIFIED"},
      {R"(authors: ["b", "", "a"])", "?authors=b&authors=&authors=a"},
      {R"(cursor: "\xff\xfe\x00x")", "?cursor=__4AeA"},
      {"min_rating: 4.5", "?minRating=4.5"},
      {"max_id: 18446744073709551615", "?maxId=18446744073709551615"},
      {"printed_after: { seconds: 1 nanos: 500000000 }",
       "?printedAfter=1970-01-01T00%3A00%3A01.500Z"},
      {"max_loan: { seconds: 90 }", "?maxLoan=90s"},
      {R"(read_mask: { paths: ["title", "page_count"] })", "?readMask=title%2CpageCount"},
      {R"(title: { value: "" })", "?title="},
      {"edition: 0", "?edition=0"},
      {R"(subtitle: "")", "?subtitle="},
      {R"(filter: { text: "x" })", "?filter.text=x"},
      {R"(filter: { text: "x" both: { text: "y" shelf: { id: 2 } } })",
       "?filter.text=x&filter.both.text=y&filter.both.shelf.id=2"},
      {"filter: { }", ""},
      {"by_title: false", "?byTitle=false"},
      {R"(by_field: "")", "?byField="},
      {R"(renamed: "x")", "?odd%20name=x"},
      {"visits: { seconds: 1 } visits: { seconds: 2 }",
       "?visits=1970-01-01T00%3A00%3A01Z&visits=1970-01-01T00%3A00%3A02Z"},
      {"nothing: { }", ""},
      {R"(in_print: true page_size: 10 genre: GENRE_POETRY)",
       "?pageSize=10&inPrint=true&genre=POETRY"},
  };
  const RequestBinding binding = BindingOf("ListBooks");
  for (const auto& c : cases) {
    const HttpRequest request =
        Bound<library::ListBooksRequest>(binding, std::string("shelf: \"s\" ") + c.request);
    EXPECT_EQ(request.url, std::string("/v1/shelves/s/books") + c.query);
    EXPECT_EQ(request.body, std::nullopt);
    EXPECT_THAT(request.headers, IsEmpty());
  }
}

TEST(RequestBinding, WritesBodiesOfEveryKind) {
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
    const pb::Descriptor* const type = library::Book::descriptor()
                                           ->file()
                                           ->FindServiceByName("Library")
                                           ->FindMethodByName(c.method)
                                           ->input_type();
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

TEST(RequestBinding, SendsAnEmptyObjectForABodyOfNothing) {
  const auto all_in_path = BindingBy<library::LockBookRequest>(R"(post: "/{isbn}" body: "*")");
  EXPECT_EQ(Bound<library::LockBookRequest>(all_in_path, R"(isbn: "1")").body, "{}");
  const auto no_fields = BindingBy<pb::Empty>(R"(post: "/" body: "*")");
  EXPECT_EQ(Bound<pb::Empty>(no_fields, "").body, "{}");
}

TEST(RequestBinding, HasNoBodyUnlessTheRuleSaysSo) {
  const HttpRequest request = Bound<library::LockBookRequest>(
      BindingBy<library::LockBookRequest>(R"(post: "/{isbn}")"), R"(isbn: "1")");
  EXPECT_EQ(request.body, std::nullopt);
  EXPECT_THAT(request.headers, IsEmpty());
}

TEST(RequestBinding, SendsHttpBodiesAsTheyAre) {
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

TEST(RequestBinding, RefusesContentTypesThatAreNoHeaderValue) {
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

TEST(RequestBinding, TellsAllViolationsAtOnceByProtoNames) {
  library::ListBooksRequest request;
  request.mutable_printed_after()->set_seconds(std::int64_t{1} << 60);
  request.mutable_max_loan()->set_seconds(std::int64_t{1} << 60);
  const auto bound = BindingOf("ListBooks").Bind(request);
  EXPECT_THAT(ViolationsOf(bound),
              ElementsAre("shelf: must not be empty", StartsWith("printed_after: "),
                          StartsWith("max_loan: ")));
  EXPECT_THAT(bound.error().error_message(), StartsWith("shelf must not be empty; printed_after "));
}

TEST(RequestBinding, NeverQuotesAValue) {
  const auto binding = BindingBy<library::GetBookRequest>(R"(get: "/{name=shelves/*}")");
  library::GetBookRequest request;
  request.set_name("a-secret/of-the-caller");
  const auto bound = binding.Bind(request);
  EXPECT_THAT(ViolationsOf(bound), ElementsAre("name: must match \"shelves/*\""));
  EXPECT_THAT(bound.error().error_details(), ::testing::Not(HasSubstr("secret")));
}

TEST(RequestBinding, NamesTheFieldOfABodyThatJsonCannotHold) {
  library::BorrowBookRequest request;
  request.mutable_loan()->set_id("7");
  (*request.mutable_wishes()->mutable_fields())["x"];
  EXPECT_THAT(ViolationsOf(BindingOf("BorrowBook").Bind(request)),
              ElementsAre(StartsWith("wishes")));
}

TEST(RequestBinding, LimitsTheNestingOfQueries) {
  const RequestBinding binding = BindingOf("ListBooks");
  library::ListBooksRequest request;
  request.set_shelf("s");
  library::Filter* filter = request.mutable_filter();
  for (std::size_t depth = 1; depth < QueryBinding::kMaxDepth; ++depth) {
    filter = filter->mutable_both();
  }
  filter->set_text("x");
  EXPECT_THAT(binding.Bind(request)->url, ::testing::EndsWith(".both.text=x"));
  filter->mutable_both()->set_text("x");
  EXPECT_THAT(ViolationsOf(binding.Bind(request)),
              ElementsAre("filter: must not nest deeper than 32 messages"));
}

TEST(RequestBinding, LimitsTheUrl) {
  const auto binding = BindingBy<library::GetBookRequest>(R"(get: "/{isbn}")");
  library::GetBookRequest request;
  request.set_isbn(std::string(RequestBinding::kMaxUrlBytes - 1, 'x'));
  EXPECT_TRUE(binding.Bind(request).has_value());
  request.mutable_isbn()->push_back('x');
  EXPECT_THAT(ViolationsOf(binding.Bind(request)),
              ElementsAre(": must not need a URL of more than 1048576 bytes"));
}

TEST(RequestBinding, StopsWritingAQueryThatIsTooLong) {
  library::ListBooksRequest request;
  request.set_shelf("s");
  for (int i = 0; i < 4'000'000; ++i) request.add_other_genres(library::GENRE_POETRY);
  EXPECT_THAT(ViolationsOf(BindingOf("ListBooks").Bind(request)), SizeIs(1));
}

TEST(RequestBinding, BindsMessagesOfOtherPools) {
  pb::DescriptorPool pool;
  const auto add = [&pool](const auto& self, const pb::FileDescriptor& file) -> void {
    if (pool.FindFileByName(file.name()) != nullptr) return;
    for (int i = 0; i < file.dependency_count(); ++i) self(self, *file.dependency(i));
    pb::FileDescriptorProto proto;
    file.CopyTo(&proto);
    proto.mutable_options();
    ASSERT_NE(pool.BuildFile(proto), nullptr);
  };
  add(add, *library::Book::descriptor()->file());
  const pb::MethodDescriptor& method =
      *pool.FindMethodByName("testing.library.v1.Library.UploadFile");
  const auto binding = RequestBinding::Compile(method.options().GetExtension(google::api::http),
                                               *method.input_type());
  ASSERT_TRUE(binding.has_value());
  pb::DynamicMessageFactory factory(&pool);
  const std::unique_ptr<pb::Message> request(factory.GetPrototype(method.input_type())->New());
  ASSERT_TRUE(pb::TextFormat::ParseFromString(
      R"(path: "a/b" content: { content_type: "text/plain" data: "x" })", request.get()));
  const auto bound = binding->Bind(*request);
  ASSERT_TRUE(bound.has_value());
  EXPECT_EQ(bound->url, "/v1/files/a/b:upload");
  EXPECT_EQ(bound->body, "x");
  EXPECT_THAT(bound->headers, ElementsAre(Header{"Content-Type", "text/plain"}));
}

TEST(RequestBinding, CompilesAGetOfThePathAlone) {
  // The labels are a map, which a query could not hold.
  const auto binding =
      RequestBinding::CompileGet("/v1/loans/{id}", *library::ReturnBookRequest::descriptor());
  ASSERT_TRUE(binding.has_value());
  const HttpRequest request =
      Bound<library::ReturnBookRequest>(*binding, R"(id: "7" labels: { key: "k" value: "v" })");
  EXPECT_EQ(request.verb, "GET");
  EXPECT_EQ(request.url, "/v1/loans/7");
  EXPECT_EQ(request.body, std::nullopt);
}

template <class Request>
Faults FaultsOf(const std::string& rule) {
  const auto binding = RequestBinding::Compile(FromText<HttpRule>(rule), *Request::descriptor());
  return binding ? Faults{} : binding.error();
}

TEST(RequestBinding, SaysWhatIsWrongWithARule) {
  const std::string verb = "the HTTP rule must have a verb that is an HTTP token and can be sent";
  const std::string type = "testing.library.v1.Variables";
  const struct {
    const char* rule;
    std::string fault;
  } cases[] = {
      {R"(body: "*")", verb},
      {R"(custom: { kind: "" path: "/" } body: "*")", verb},
      {R"(custom: { kind: "*" path: "/" } body: "*")", verb},
      {R"(custom: { kind: "GET /x HTTP/1.1\r\n" path: "/" } body: "*")", verb},
      {R"(post: "x" body: "*")", "path template \"x\", offset 0: a path must begin with \"/\""},
      {R"(post: "/{absent}" body: "*")",
       "path variable \"absent\" names no singular field of " + type},
      {R"(post: "/{shelf.absent}" body: "*")",
       "path variable \"shelf.absent\" names no singular field of " + type},
      {R"(post: "/{many}" body: "*")", "path variable \"many\" names no singular field of " + type},
      {R"(post: "/{labels}" body: "*")",
       "path variable \"labels\" names no singular field of " + type},
      {R"(post: "/{shelf}" body: "*")",
       "path variable \"shelf\" is a testing.library.v1.Shelf, which a path cannot hold"},
      {R"(post: "/{free}" body: "*")",
       "path variable \"free\" is a google.protobuf.Struct, which a path cannot hold"},
      {R"(post: "/" body: "absent")", "body \"absent\" names no field of " + type},
      {R"(post: "/" body: "shelf.id")", "body \"shelf.id\" names no field of " + type},
      {R"(post: "/" body: "*" additional_bindings: { get: "x" })",
       "additional binding 1: path template \"x\", offset 0: a path must begin with \"/\""},
      {R"(post: "/" body: "*" additional_bindings: { put: "/" body: "x" })",
       "additional binding 1: body \"x\" names no field of " + type},
      {R"(post: "/" body: "*" additional_bindings: { get: "/" additional_bindings: { get: "/" } })",
       "additional binding 1: must not have additional bindings of its own"},
  };
  for (const auto& c : cases) {
    EXPECT_THAT(FaultsOf<library::Variables>(c.rule), ElementsAre(HasSubstr(c.fault))) << c.rule;
  }
}

TEST(RequestBinding, SaysWhichFieldsAQueryCannotHold) {
  EXPECT_THAT(FaultsOf<library::Variables>(R"(get: "/{text}")"),
              ElementsAre("field \"labels\" would be a query parameter, which a map cannot be",
                          "field \"free\" would be a query parameter, which a "
                          "google.protobuf.Struct cannot be"));
  EXPECT_THAT(FaultsOf<library::BorrowBookRequest>(R"(post: "/" body: "labels")"),
              ElementsAre(HasSubstr("\"wishes\""),
                          "field \"books\" would be a query parameter, which a repeated message "
                          "cannot be"));
}

TEST(RequestBinding, TellsAllFaultsAtOnce) {
  EXPECT_THAT(FaultsOf<library::Variables>(
                  R"(custom: { kind: " " path: "/{a}/{b}" } body: "c"
                     additional_bindings: { get: "" })"),
              SizeIs(5));
}

TEST(ArgumentViolations, TellsNoMoreThanTheDetailsCanHold) {
  ArgumentViolations violations;
  violations.Add(std::string(2 * ArgumentViolations::kMaxBytes, 'x'), "is told though it is long");
  EXPECT_FALSE(violations.empty());

  ArgumentViolations many;
  for (int i = 0; i < 1000; ++i) many.Add("field", "must not be empty");
  const grpc::Status status = many.ToStatus();
  EXPECT_LE(status.error_message().size(), ArgumentViolations::kMaxBytes);
  EXPECT_THAT(status.error_message(), StartsWith("field must not be empty; field must"));
  EXPECT_LE(status.error_details().size(), 2 * ArgumentViolations::kMaxBytes + 100);
}

}  // namespace
}  // namespace gateway
