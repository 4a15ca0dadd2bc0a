#include "gateway/base/credentials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <thread>

#include "tests/base/temporary_file.h"

namespace gateway {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

ApiKey KeyIn(const TemporaryFile& file) {
  auto key = ApiKey::FromFile(file.path());
  if (!key) throw std::runtime_error(key.error());
  return *std::move(key);
}

TEST(ApiKey, FixedNeverChanges) {
  ApiKey key = ApiKey::Fixed("k");
  EXPECT_EQ(*key.Authorization(), "Bearer k");
  EXPECT_FALSE(key.Refresh());
  EXPECT_EQ(*key.Authorization(), "Bearer k");
}

TEST(ApiKey, OfAFileLosesTheBlanksAroundIt) {
  for (const char* content : {"k", "k\n", "\r\n k\t\r\n"}) {
    const TemporaryFile file(content);
    EXPECT_EQ(*KeyIn(file).Authorization(), "Bearer k");
  }
}

TEST(ApiKey, OfABadFileIsRefusedWithoutShowingIt) {
  const std::string rule = "printable ASCII characters without blanks";
  for (const std::string& content :
       {std::string(), std::string(" \n"), std::string("hunter2 x"), std::string("hunter2\nx"),
        std::string("hunter2\xff"), std::string("hunter2\0x", 9), std::string(4097, 'k')}) {
    const TemporaryFile file(content);
    const auto key = ApiKey::FromFile(file.path());
    ASSERT_FALSE(key);
    EXPECT_THAT(key.error(),
                AllOf(HasSubstr(file.path()), HasSubstr(rule), Not(HasSubstr("hunt"))));
  }
  const TemporaryFile longest(std::string(4096, 'k') + "\n");
  EXPECT_TRUE(ApiKey::FromFile(longest.path()));
}

TEST(ApiKey, OfNoFileIsRefused) {
  EXPECT_EQ(ApiKey::FromFile("/does/not/exist").error(), "/does/not/exist does not exist");
  EXPECT_EQ(ApiKey::FromFile("/tmp").error(), "/tmp is not a regular file");
}

TEST(ApiKey, IsReadAgain) {
  const TemporaryFile file("old\n");
  ApiKey key = KeyIn(file);
  const auto held = key.Authorization();
  EXPECT_FALSE(key.Refresh());
  file.Write("new\n");
  EXPECT_EQ(*key.Authorization(), "Bearer old");
  EXPECT_TRUE(key.Refresh());
  EXPECT_FALSE(key.Refresh());
  EXPECT_EQ(*key.Authorization(), "Bearer new");
  EXPECT_EQ(*held, "Bearer old");
}

TEST(ApiKey, IsReadAgainThroughALinkThatPointsElsewhere) {
  const TemporaryFile first("first");
  const TemporaryFile second("second");
  const std::string link = first.path() + ".link";
  std::filesystem::create_symlink(first.path(), link);
  auto key = ApiKey::FromFile(link);
  std::filesystem::remove(link);
  std::filesystem::create_symlink(second.path(), link);
  ASSERT_TRUE(key);
  EXPECT_TRUE(key->Refresh());
  EXPECT_EQ(*key->Authorization(), "Bearer second");
  std::filesystem::remove(link);
}

TEST(ApiKey, StaysWhenItsFileBreaksAndSaysSoOnce) {
  const TemporaryFile file("old");
  ApiKey key = KeyIn(file);
  testing::internal::CaptureStderr();
  for (const char* content : {"", "hunter2 x"}) {
    file.Write(content);
    EXPECT_FALSE(key.Refresh());
    EXPECT_EQ(*key.Authorization(), "Bearer old");
  }
  file.Remove();
  EXPECT_FALSE(key.Refresh());
  EXPECT_FALSE(key.Refresh());
  EXPECT_EQ(*key.Authorization(), "Bearer old");
  const std::string log = testing::internal::GetCapturedStderr();
  // The two broken contents break the same rule.
  EXPECT_EQ(std::ranges::count(log, '\n'), 2) << log;
  EXPECT_THAT(log, AllOf(HasSubstr(file.path()), HasSubstr("does not exist")));
  EXPECT_THAT(log, AllOf(Not(HasSubstr("hunter2")), Not(HasSubstr("old\""))));
}

TEST(ApiKey, IsTakenUpWhenItsFileHeals) {
  const TemporaryFile file("old");
  ApiKey key = KeyIn(file);
  file.Write("");
  EXPECT_FALSE(key.Refresh());
  file.Write("new");
  EXPECT_TRUE(key.Refresh());
  EXPECT_EQ(*key.Authorization(), "Bearer new");
}

TEST(ApiKey, MayBeReadWhileItIsRefreshed) {
  const TemporaryFile file("a");
  ApiKey key = KeyIn(file);
  const std::jthread reader([&key](const std::stop_token& stop) {
    while (!stop.stop_requested()) EXPECT_THAT(*key.Authorization(), HasSubstr("Bearer "));
  });
  for (int i = 0; i < 100; ++i) {
    file.Write(i % 2 == 0 ? "b" : "a");
    EXPECT_TRUE(key.Refresh());
  }
}

}  // namespace
}  // namespace gateway
