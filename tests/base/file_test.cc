#include "gateway/base/file.h"

#include <gmock/gmock.h>

#include "tests/support/temporary_file.h"

namespace gateway {
namespace {

constexpr std::size_t kLimit = std::size_t{64} << 20;

TEST(ReadFile, GivesAllBytesUpToTheLimit) {
  for (const std::size_t size : {0U, 1U, 65535U, 65536U, 65537U, 200000U}) {
    const std::string content(size, '\0');
    const TemporaryFile file(content);
    EXPECT_EQ(ReadFile(file.path(), size).value_or("refused"), content) << size;
    if (size == 0) continue;
    EXPECT_EQ(ReadFile(file.path(), size - 1).error(),
              file.path() + " is larger than " + std::to_string(size - 1) + " bytes");
  }
}

TEST(ReadFile, TakesMemoryByTheFilesSizeAndNotByTheLimit) {
  const TemporaryFile file("short");
  const auto content = ReadFile(file.path(), kLimit);
  ASSERT_EQ(content.value_or(""), "short");
  EXPECT_LT(content->capacity(), kLimit / 100);
}

TEST(ReadFile, NamesWhatIsNoFile) {
  EXPECT_EQ(ReadFile("/does/not/exist", kLimit).error(), "/does/not/exist does not exist");
  EXPECT_EQ(ReadFile("/", kLimit).error(), "/ is not a regular file");
  EXPECT_EQ(ReadFile("/dev/zero", kLimit).error(), "/dev/zero is not a regular file");
}

}  // namespace
}  // namespace gateway
