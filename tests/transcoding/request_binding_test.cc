#include "gateway/transcoding/request_binding.h"

#include <google/protobuf/dynamic_message.h>

#include "tests/transcoding/binding_fixture.h"

namespace gateway {
namespace {

namespace pb = google::protobuf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

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

TEST(RequestBinding, ReportsAllViolationsAtOnceByProtoNames) {
  library::ListBooksRequest request;
  request.mutable_printed_after()->set_seconds(std::int64_t{1} << 60);
  request.mutable_max_loan()->set_seconds(std::int64_t{1} << 60);
  const auto bound = BindingOf("ListBooks").Bind(request);
  EXPECT_THAT(ViolationsOf(bound),
              ElementsAre("shelf: must not be empty", StartsWith("printed_after: "),
                          StartsWith("max_loan: ")));
  EXPECT_THAT(bound.error().error_message(),
              StartsWith("shelf: must not be empty; printed_after: "));
}

TEST(RequestBinding, NeverQuotesAValue) {
  const auto binding = BindingBy<library::GetBookRequest>(R"(get: "/{name=shelves/*}")");
  library::GetBookRequest request;
  request.set_name("a-secret/of-the-caller");
  const auto bound = binding.Bind(request);
  EXPECT_THAT(ViolationsOf(bound), ElementsAre("name: must match \"shelves/*\""));
  EXPECT_THAT(bound.error().error_details(), ::testing::Not(HasSubstr("secret")));
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
                                               *method.input_type(), GeneratedTables());
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
  const auto binding = RequestBinding::CompileGet(
      "/v1/loans/{id}", *library::ReturnBookRequest::descriptor(), GeneratedTables());
  ASSERT_TRUE(binding.has_value());
  const HttpRequest request =
      Bound<library::ReturnBookRequest>(*binding, R"(id: "7" labels: { key: "k" value: "v" })");
  EXPECT_EQ(request.verb, "GET");
  EXPECT_EQ(request.url, "/v1/loans/7");
  EXPECT_EQ(request.body, std::nullopt);
}

TEST(RequestBinding, SaysWhatIsWrongWithARule) {
  const std::string type = "testing.library.v1.Variables";
  const struct {
    const char* rule;
    std::string error;
  } cases[] = {
      {R"(body: "*")", "the HTTP rule must have a verb and a path"},
      {R"(custom: { kind: "" path: "/" } body: "*")", "must be a token that can be sent"},
      {R"(custom: { kind: "*" path: "/" } body: "*")", "must be a token that can be sent"},
      {R"(custom: { kind: "GET /x HTTP/1.1\r\n" path: "/" } body: "*")",
       "must be a token that can be sent"},
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
    EXPECT_THAT(ErrorsOf<library::Variables>(c.rule), ElementsAre(HasSubstr(c.error))) << c.rule;
  }
}

TEST(RequestBinding, AcceptsAdditionalBindingsThatCouldNotBeSent) {
  EXPECT_THAT(ErrorsOf<library::Variables>(
                  R"(post: "/" body: "*"
                     additional_bindings: { custom: { kind: "*" path: "/**" } }
                     additional_bindings: { get: "/shelves/*/books/{text}" })"),
              IsEmpty());
}

TEST(RequestBinding, ReportsAllErrorsAtOnce) {
  EXPECT_THAT(ErrorsOf<library::Variables>(
                  R"(custom: { kind: " " path: "/{a}/{b}" } body: "c"
                     additional_bindings: { get: "" })"),
              SizeIs(5));
}

}  // namespace
}  // namespace gateway
