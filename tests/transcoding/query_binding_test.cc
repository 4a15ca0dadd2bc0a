#include "gateway/transcoding/query_binding.h"

#include "tests/transcoding/binding_fixture.h"

namespace gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(QueryBinding, WritesQueryParametersOfEveryType) {
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

TEST(QueryBinding, LeavesOutWhatThePathHoldsAtThatPlaceOnly) {
  const auto binding = BindingBy<library::ListBooksRequest>(R"(get: "/{filter.text}")");
  EXPECT_EQ(Bound<library::ListBooksRequest>(
                binding, R"(filter: { text: "x" both: { text: "y" shelf: { theme: "z" } } })")
                .url,
            "/x?filter.both.text=y&filter.both.shelf.theme=z");
}

TEST(QueryBinding, LimitsTheNestingOfQueries) {
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

TEST(QueryBinding, StopsWritingAQueryThatIsTooLong) {
  constexpr std::size_t kMaxBytes = 100;
  library::ListBooksRequest request;
  for (int i = 0; i < 1000; ++i) request.add_other_genres(library::GENRE_POETRY);
  std::string url;
  ArgumentViolations violations;
  QueryBinding::Compile(*request.GetDescriptor(), {}, GeneratedTables())
      ->Append(request, kMaxBytes, url, violations);
  EXPECT_GT(url.size(), kMaxBytes);
  EXPECT_LE(url.size(), kMaxBytes + std::string("&otherGenres=POETRY").size());
}

TEST(QueryBinding, SaysWhichFieldsAQueryCannotHold) {
  EXPECT_THAT(ErrorsOf<library::Variables>(R"(get: "/{text}")"),
              ElementsAre("field \"labels\" would be a query parameter, which a map cannot be",
                          "field \"free\" would be a query parameter, which a "
                          "google.protobuf.Struct cannot be"));
  EXPECT_THAT(ErrorsOf<library::BorrowBookRequest>(R"(post: "/" body: "labels")"),
              ElementsAre(HasSubstr("\"wishes\""),
                          "field \"books\" would be a query parameter, which a repeated message "
                          "cannot be"));
}

}  // namespace
}  // namespace gateway
