#include "gateway/base/status_code.h"

#include <gtest/gtest.h>

namespace gateway {
namespace {

TEST(StatusCode, HasTheNameOfGrpcsDocuments) {
  EXPECT_EQ(StatusCodeName(grpc::StatusCode::OK), "OK");
  EXPECT_EQ(StatusCodeName(grpc::StatusCode::DEADLINE_EXCEEDED), "DEADLINE_EXCEEDED");
  EXPECT_EQ(StatusCodeName(grpc::StatusCode::UNAUTHENTICATED), "UNAUTHENTICATED");
}

TEST(StatusCode, HasTheLabelOfDashboards) {
  EXPECT_EQ(StatusCodeLabel(grpc::StatusCode::CANCELLED), "Canceled");
  EXPECT_EQ(StatusCodeLabel(grpc::StatusCode::NOT_FOUND), "NotFound");
}

TEST(StatusCode, IsUnknownForANumberThatIsNoCode) {
  for (const int number : {-1, 17, 31}) {
    EXPECT_EQ(StatusCodeName(static_cast<grpc::StatusCode>(number)), "UNKNOWN") << number;
    EXPECT_EQ(StatusCodeLabel(static_cast<grpc::StatusCode>(number)), "Unknown") << number;
  }
}

}  // namespace
}  // namespace gateway
