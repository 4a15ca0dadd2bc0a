// Values as text: how the help text and errors show them.
#include "gateway/config/flag_values.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "tests/support/address.h"

namespace gateway {
namespace {

using namespace std::chrono_literals;

TEST(FlagValues, ADurationIsShownInTheLongestUnitThatLeavesItWhole) {
  const std::vector<std::pair<std::chrono::milliseconds, std::string>> cases = {
      {0ms, "0s"},  {1ms, "1ms"}, {250ms, "250ms"}, {1s, "1s"}, {1500ms, "1500ms"}, {60s, "60s"},
      {90s, "90s"}, {2min, "2m"}, {61min, "61m"},   {1h, "1h"}, {24h, "24h"},       {119s, "119s"},
  };
  for (const auto& [duration, text] : cases) {
    EXPECT_EQ(DurationValue().format(duration), text);
    EXPECT_EQ(DurationValue().parse(text), duration);
  }
}

TEST(FlagValues, ASizeIsShownInTheLargestUnitThatLeavesItWhole) {
  const std::vector<std::pair<std::size_t, std::string>> cases = {{1, "1"},
                                                                  {1000, "1000"},
                                                                  {1024, "1KiB"},
                                                                  {1536, "1536"},
                                                                  {512U << 10, "512KiB"},
                                                                  {4U << 20, "4MiB"},
                                                                  {2047U << 20, "2047MiB"},
                                                                  {(4U << 20) + 1024, "4097KiB"}};
  for (const auto& [size, text] : cases) {
    EXPECT_EQ(SizeValue().format(size), text);
    EXPECT_EQ(SizeValue().parse(text), size);
  }
}

TEST(FlagValues, ModesAndCountsAreShownAsTheyAreWritten) {
  EXPECT_EQ(ModeValue().format(0660), "0660");
  EXPECT_EQ(ModeValue().format(0), "0000");
  EXPECT_EQ(CountValue(1, 10).format(3), "3");
}

TEST(FlagValues, AnAdminAddressMayBeOff) {
  EXPECT_EQ(AdminAddressValue().format(std::nullopt), "off");
  EXPECT_EQ(AdminAddressValue().parse("off").value(), std::nullopt);
  EXPECT_EQ(AdminAddressValue().format(AddressOf("[::1]:1")), "[::1]:1");
}

TEST(FlagValues, EnumsAreShownByTheirNames) {
  EXPECT_EQ(HttpVersionValue().format(HttpVersion::kHttp1), "1.1");
  EXPECT_EQ(AuthValue().format(Auth::kCaller), "caller");
  EXPECT_EQ(LogLevelValue().format(LogLevel::kWarn), "warn");
  EXPECT_EQ(LogFormatValue().format(LogFormat::kJson), "json");
  EXPECT_EQ(SwitchValue().format(true), "true");
}

}  // namespace
}  // namespace gateway
