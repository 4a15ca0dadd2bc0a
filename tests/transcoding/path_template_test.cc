#include "gateway/transcoding/path_template.h"

#include <gmock/gmock.h>

namespace gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// The path, or the rules that the values break.
std::string Expanded(std::string_view path_template, const std::vector<std::string>& values) {
  const auto parsed = PathTemplate::Parse(path_template);
  if (!parsed) return parsed.error();
  const auto path = parsed->Expand(values);
  if (path) return *path;
  std::string refusals = "refused:";
  for (const auto& refusal : path.error()) {
    refusals += ' ' + parsed->variables()[refusal.variable] + ' ' + refusal.rule;
  }
  return refusals;
}

TEST(PathTemplate, ExpandsEveryProduction) {
  const struct {
    const char* path_template;
    std::vector<std::string> values;
    const char* path;
  } cases[] = {
      {"/", {}, "/"},
      {"/v1", {}, "/v1"},
      {"/v1/shelves:list", {}, "/v1/shelves:list"},
      {"/v1/a%20b/c@d!$&'(),;=~", {}, "/v1/a%20b/c@d!$&'(),;=~"},
      {"/{id}", {"x"}, "/x"},
      {"/{id=*}", {"x"}, "/x"},
      {"/{id}:cancel", {"x"}, "/x:cancel"},
      {"/v1/{a}/b/{c.d_e.f}/g", {"1", "2"}, "/v1/1/b/2/g"},
      {"/v1/{name=shelves/*}", {"shelves/1"}, "/v1/shelves/1"},
      {"/v1/{name=shelves/*/books/*}:move", {"shelves/1/books/2"}, "/v1/shelves/1/books/2:move"},
      {"/v1/{name=shelves}", {"shelves"}, "/v1/shelves"},
      {"/v1/{path=**}", {"a/b/c"}, "/v1/a/b/c"},
      {"/v1/{path=**}", {"a"}, "/v1/a"},
      {"/v1/{path=files/**}:get", {"files/a/b"}, "/v1/files/a/b:get"},
      {"/v1/{a=x/*}/{b=**}", {"x/y", "z/z"}, "/v1/x/y/z/z"},
      {"/v1/{a=x/**}/{b}", {"x/y/z", "w"}, "/v1/x/y/z/w"},
      {"/v1/{a=**}/list:all", {"x/y"}, "/v1/x/y/list:all"},
      {"/v1/{a=**/x/*}", {"a/x/1"}, "/v1/a/x/1"},
      {"/v1/{a=p/**/x/*}", {"p/a/b/c/x/1 2"}, "/v1/p/a/b/c/x/1%202"},
      {"/v1/{name=a%20b/*}", {"a b/c d"}, "/v1/a%20b/c%20d"},
      {"/v1/{_under}/{B9}", {"1", "2"}, "/v1/1/2"},
  };
  for (const auto& c : cases) EXPECT_EQ(Expanded(c.path_template, c.values), c.path);
}

TEST(PathTemplate, NamesItsVariablesInOrder) {
  EXPECT_THAT(PathTemplate::Parse("/{b.c}/x/{a=y/**}")->variables(), ElementsAre("b.c", "a"));
}

TEST(PathTemplate, EncodesAllButUnreservedCharactersInOneSegment) {
  const struct {
    std::string value;
    std::string encoded;
  } cases[] = {
      {"AZaz09-._~", "AZaz09-._~"},
      {"a/b", "a%2Fb"},
      {"?", "%3F"},
      {"#", "%23"},
      {"%", "%25"},
      {"%2e%2e", "%252e%252e"},
      {" ", "%20"},
      {"+", "%2B"},
      {"a:cancel", "a%3Acancel"},
      {"\xC3\xA9\xE2\x82\xAC", "%C3%A9%E2%82%AC"},
      {"a\r\nb", "a%0D%0Ab"},
      {std::string(1, '\0'), "%00"},
      {"\xFF", "%FF"},
      {"../x", "..%2Fx"},
      {"...", "..."},
      {std::string(300, 'x'), std::string(300, 'x')},
      {"!$&'()*,;=@[]\\^`{|}<>\"",
       "%21%24%26%27%28%29%2A%2C%3B%3D%40%5B%5D%5C%5E%60%7B%7C%7D%3C%3E%22"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(Expanded("/v1/{id}/cancel", {c.value}), "/v1/" + c.encoded + "/cancel");
    EXPECT_EQ(Expanded("/v1/{id=*}/cancel", {c.value}), "/v1/" + c.encoded + "/cancel");
  }
}

TEST(PathTemplate, KeepsSlashesOfLongerPatternsOnly) {
  EXPECT_EQ(Expanded("/{p=**}", {"a b/c?d/%2F"}), "/a%20b/c%3Fd/%252F");
  EXPECT_EQ(Expanded("/{p=a/*}", {"a/b#"}), "/a/b%23");
}

TEST(PathTemplate, RefusesValuesThatWouldChangeThePath) {
  const std::string dots = "refused: v must not be \".\" or \"..\"";
  const std::string dot_segment = "refused: v must not have a segment \".\" or \"..\"";
  const struct {
    const char* pattern;
    const char* value;
    std::string rule;
  } cases[] = {
      {"/{v}", "", "refused: v must not be empty"},
      {"/{v}", ".", dots},
      {"/{v}", "..", dots},
      {"/{v=*}", "", "refused: v must not be empty"},
      {"/{v=*}", "..", dots},
      {"/{v}:verb", "..", dots},
      {"/{v=**}", "", "refused: v must match \"**\" without an empty segment"},
      {"/{v=**}", "..", dot_segment},
      {"/{v=**}", "a/../b", dot_segment},
      {"/{v=**}", "a/.", dot_segment},
      {"/{v=**}", "/a", "refused: v must match \"**\" without an empty segment"},
      {"/{v=**}", "a//b", "refused: v must match \"**\" without an empty segment"},
      {"/{v=**}", "a/", "refused: v must match \"**\" without an empty segment"},
      {"/{v=files/**}", "files", "refused: v must match \"files/**\""},
      {"/{v=files/**}", "files/", "refused: v must match \"files/**\" without an empty segment"},
      {"/{v=files/**}", "other/a", "refused: v must match \"files/**\""},
      {"/{v=**/x/*}", "x/1", "refused: v must match \"**/x/*\""},
      {"/{v=**/x/*}", "x/x/1/2", "refused: v must match \"**/x/*\""},
      {"/{v=**/x/*}", "a/b/y/1", "refused: v must match \"**/x/*\""},
      {"/{v=files/**}", "files/..", dot_segment},
      {"/{v=shelves/*}", "", "refused: v must match \"shelves/*\" without an empty segment"},
      {"/{v=shelves/*}", "shelves", "refused: v must match \"shelves/*\""},
      {"/{v=shelves/*}", "shelves/1/2", "refused: v must match \"shelves/*\""},
      {"/{v=shelves/*}", "Shelves/1", "refused: v must match \"shelves/*\""},
      {"/{v=shelves/*}", "shelves%2F1", "refused: v must match \"shelves/*\""},
      {"/{v=a%20b/*}", "a%20b/1", "refused: v must match \"a%20b/*\""},
  };
  for (const auto& c : cases) EXPECT_EQ(Expanded(c.pattern, {c.value}), c.rule) << c.value;
}

TEST(PathTemplate, ReportsAllRefusalsAtOnce) {
  EXPECT_EQ(Expanded("/{a}/{b}/{c=x/*}", {"", "fine", "y/z"}),
            "refused: a must not be empty c must match \"x/*\"");
}

TEST(PathTemplate, SaysWhereATemplateIsWrongAndWhy) {
  const std::string character = "a path cannot hold this character unless it is percent-encoded";
  const std::string empty = "a segment or verb must not be empty";
  const std::string whole = "a wildcard or variable must be a whole segment";
  const std::string dots = "a segment must not be \".\" or \"..\", encoded or not";
  const std::string field = "a variable must be named by a field, or fields with dots between";
  const std::string wildcard =
      "a wildcard outside of a variable cannot be sent: no field gives its value";
  const std::string hexadecimal = "a \"%\" must be followed by two hexadecimal digits";
  const std::string unclosed = "a variable must end with \"}\"";
  const struct {
    std::string path_template;
    int offset;
    std::string rule;
  } cases[] = {
      {"", 0, "a path must begin with \"/\""},
      {"v1", 0, "a path must begin with \"/\""},
      {"{v}", 0, "a path must begin with \"/\""},
      {"https://host/", 0, "a path must begin with \"/\""},
      {"//", 1, empty},
      {"/v1/", 4, empty},
      {"/v1//x", 4, empty},
      {"/:verb", 1, empty},
      {"/v1:", 4, empty},
      {"/v1?x=1", 3, character},
      {"/v1#x", 3, character},
      {"/a b", 2, character},
      {"/a\nb", 2, character},
      {"/a\x7f", 2, character},
      {"/\xC3\xA9", 1, character},
      {"/a\\b", 2, character},
      {"/a|b", 2, character},
      {"/a:b:c", 4, "\":\" must only begin the verb, at the end"},
      {"/a:b/c", 4, "nothing must follow the verb"},
      {"/a:{b}", 3, whole},
      {"/a:*", 3, whole},
      {"/a%2", 1, hexadecimal},
      {"/a%", 1, hexadecimal},
      {"/a%zz", 1, hexadecimal},
      {"/a/../b", 3, dots},
      {"/.", 1, dots},
      {"/a/%2e%2E", 3, dots},
      {"/a/.%2e/b", 3, dots},
      {"/*", 1, wildcard},
      {"/a/**", 3, wildcard},
      {"/a/*:b", 3, wildcard},
      {"/a*", 2, whole},
      {"/a{b}", 2, whole},
      {"/{a}b", 4, whole},
      {"/{a}{b}", 4, whole},
      {"/{a}*", 4, whole},
      {"/{a=***}", 6, whole},
      {"/{a=*b}", 5, whole},
      {"/{a=b*}", 5, whole},
      {"/a}", 2, "\"}\" without \"{\""},
      {"/}", 1, empty},
      {"/{}", 2, field},
      {"/{", 2, field},
      {"/{=*}", 2, field},
      {"/{1a}", 2, field},
      {"/{a.}", 4, field},
      {"/{.a}", 2, field},
      {"/{a..b}", 4, field},
      {"/{a-b}", 3, unclosed},
      {"/{a", 3, unclosed},
      {"/{a=*", 5, unclosed},
      {"/{a=b", 5, unclosed},
      {"/{a=}", 4, empty},
      {"/{a=b/}", 6, empty},
      {"/{a=/b}", 4, empty},
      {"/{a=b:c}", 5, "\":\" must only begin the verb, at the end"},
      {"/{a=..}", 4, dots},
      {"/{a={b}}", 4, "a variable must not stand within another"},
      {"/{a=b/{c}}", 6, "a variable must not stand within another"},
      {"/{a=**/b/**}", 9, "\"**\" must not be there twice"},
      {"/{a=**}/{b=**}", 11, "\"**\" must not be there twice"},
      {"/{a}/{a}", 5, "\"a\" is a variable twice"},
      {"/{a.b}/c/{a.b=**}", 9, "\"a.b\" is a variable twice"},
  };
  for (const auto& c : cases) {
    const auto parsed = PathTemplate::Parse(c.path_template);
    ASSERT_FALSE(parsed.has_value()) << c.path_template;
    EXPECT_EQ(parsed.error(), "path template \"" + c.path_template + "\", offset " +
                                  std::to_string(c.offset) + ": " + c.rule);
  }
}

TEST(PathTemplate, MayHaveWildcardsOutsideOfVariablesWhereItIsNotSent) {
  for (const char* path_template : {"/*", "/**", "/a/*/b", "/{a}/**:c", "/*/{a=**}"}) {
    EXPECT_FALSE(PathTemplate::Parse(path_template).has_value()) << path_template;
    EXPECT_TRUE(PathTemplate::Parse(path_template, PathTemplate::Use::kOnlyChecked).has_value())
        << path_template;
  }
  for (const char* path_template : {"/**/**", "/**/{a=**}", "/a*", "*", "/{a"}) {
    EXPECT_FALSE(PathTemplate::Parse(path_template, PathTemplate::Use::kOnlyChecked).has_value())
        << path_template;
  }
}

}  // namespace
}  // namespace gateway
