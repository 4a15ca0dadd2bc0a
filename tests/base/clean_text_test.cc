#include "gateway/base/clean_text.h"

#include <gtest/gtest.h>

namespace gateway {
namespace {

using namespace std::string_literals;

TEST(CleanText, LeavesOnlyTextThatAStatusMayHold) {
  const struct {
    std::string text;
    std::string expected;
  } rows[] = {
      {"", ""},
      {"plain text, 100 %", "plain text, 100 %"},
      {"  blanks around \r\n", "blanks around"},
      {"a\r\nb\tc\x7f"s + "d\0e"s, "a  b c d e"},
      {"\x01 \x02", ""},
      {"größer 漢字 😀", "größer 漢字 😀"},
      {"lone \xff byte", "lone ? byte"},
      {"overlong \xc0\xaf", "overlong ??"},
      {"overlong \xe0\x80\xaf", "overlong ???"},
      {"surrogate \xed\xa0\x80", "surrogate ???"},
      {"beyond \xf4\x90\x80\x80", "beyond ????"},
      {"cut short \xe6\xbc", "cut short ??"},
      {"cut by ASCII \xf0\x9f\x98z", "cut by ASCII ???z"},
  };
  for (const auto& row : rows) EXPECT_EQ(CleanText(row.text, 1000), row.expected) << row.text;
}

TEST(CleanText, CutsBetweenCharacters) {
  EXPECT_EQ(CleanText("abcdef", 3), "abc");
  EXPECT_EQ(CleanText("aé", 2), "a");
  EXPECT_EQ(CleanText("aé", 3), "aé");
  EXPECT_EQ(CleanText("😀😀", 7), "😀");
  EXPECT_EQ(CleanText("a", 0), "");
}

TEST(IsPrintable, WantsBoundedPrintableAscii) {
  EXPECT_TRUE(IsPrintable("req_1 ~", 7));
  EXPECT_FALSE(IsPrintable("req_1 ~", 6));
  for (const char* text : {"", "a\nb", "a\x7f", "é", "a\tb"}) EXPECT_FALSE(IsPrintable(text, 10));
}

}  // namespace
}  // namespace gateway
