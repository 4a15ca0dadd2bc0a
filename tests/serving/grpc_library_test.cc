#include "gateway/serving/grpc_library.h"

#include <gtest/gtest.h>

namespace gateway {
namespace {

TEST(GrpcLibrary, ReleasesBeforeTheMeasuredOneHaveKnownHoles) {
  for (const char* version : {"1.51.1", "1.60.0", "1.82.9", "1.8", "0.99.0", "unknown", ""}) {
    EXPECT_TRUE(HasKnownHoles(version)) << version;
  }
  for (const char* version : {"1.83.0", "1.83", "1.100.2", "2.0.0", "1.84.0-dev"}) {
    EXPECT_FALSE(HasKnownHoles(version)) << version;
  }
}

}  // namespace
}  // namespace gateway
