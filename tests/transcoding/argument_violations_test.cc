#include "gateway/transcoding/argument_violations.h"

#include <gmock/gmock.h>

namespace gateway {
namespace {

using ::testing::StartsWith;

TEST(ArgumentViolations, HoldNoMoreThanTheDetailsCan) {
  ArgumentViolations violations;
  violations.Add(std::string(2 * ArgumentViolations::kMaxBytes, 'x'), "is kept though it is long");
  EXPECT_FALSE(violations.empty());

  ArgumentViolations many;
  for (int i = 0; i < 1000; ++i) many.Add("field", "must not be empty");
  const grpc::Status status = many.ToStatus();
  EXPECT_LE(status.error_message().size(), ArgumentViolations::kMaxBytes);
  EXPECT_THAT(status.error_message(), StartsWith("field: must not be empty; field: must"));
  EXPECT_LE(status.error_details().size(), 2 * ArgumentViolations::kMaxBytes + 100);
}

}  // namespace
}  // namespace gateway
