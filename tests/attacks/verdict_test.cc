#include "tests/attacks/verdict.h"

#include <gmock/gmock.h>

namespace gateway::attacks {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::string_view kOld = "1.51.1";
constexpr std::string_view kNew = "1.83.0";

Trial Harmless() {
  return {
      .at_rest = {},
      .attacked = {.latencies = std::vector<double>(200, 2.0), .failures = 0, .first_error = ""},
      .grown_megabytes = 5,
      .is_alive = true,
      .is_listening = true,
      .rounds = 1,
      .seen = "",
      .is_contained = true};
}

TEST(Verdict, AGatewayThatServesOthersHolds) {
  EXPECT_THAT(HarmToOthers(Harmless()), IsEmpty());
  for (const std::string_view grpc : {kOld, kNew}) {
    EXPECT_EQ(Judge({.old_base = OldBase::kHolds}, Harmless(), grpc), Verdict::kHolds);
  }
}

TEST(Verdict, EachKindOfHarmIsNamed) {
  Trial dead = Harmless();
  dead.is_alive = dead.is_listening = false;
  EXPECT_THAT(HarmToOthers(dead), ElementsAre("the gateway died"));
  Trial deaf = Harmless();
  deaf.is_listening = false;
  EXPECT_THAT(HarmToOthers(deaf), ElementsAre("new callers are not served"));
  Trial failing = Harmless();
  failing.attacked.failures = 3;
  failing.attacked.first_error = "UNAVAILABLE";
  EXPECT_THAT(HarmToOthers(failing),
              ElementsAre("3 of 200 calls failed, the first with UNAVAILABLE"));
  Trial slow = Harmless();
  std::fill_n(slow.attacked.latencies.rbegin(), 3, 1'001.0);
  EXPECT_THAT(HarmToOthers(slow), ElementsAre("calls took over a second"));
  Trial large = Harmless();
  large.grown_megabytes = 129;
  EXPECT_THAT(HarmToOthers(large), ElementsAre("memory grew by over 128 MB"));
}

TEST(Verdict, OneSlowCallInAHundredIsNoHarm) {
  Trial trial = Harmless();
  trial.attacked.latencies.back() = 3'000;
  EXPECT_THAT(HarmToOthers(trial), IsEmpty());
}

TEST(Verdict, TheNewBaseMustHoldForEverybody) {
  Trial others = Harmless();
  others.is_listening = false;
  Trial connection = Harmless();
  connection.is_contained = false;
  for (const std::string_view grpc : {kNew, std::string_view("2.0.0")}) {
    for (const Trial& trial : {others, connection}) {
      EXPECT_EQ(Judge({.old_base = OldBase::kHarmsOthers}, trial, grpc), Verdict::kFailed);
    }
  }
}

TEST(Verdict, TheOldBaseMayHarmOnlyWhomItIsKnownToHarm) {
  Trial others = Harmless();
  others.is_listening = false;
  Trial connection = Harmless();
  connection.is_contained = false;
  const struct {
    OldBase known;
    Verdict others;
    Verdict connection;
  } kRows[] = {
      {OldBase::kHolds, Verdict::kFailed, Verdict::kFailed},
      {OldBase::kHarmsItsConnection, Verdict::kFailed, Verdict::kHoldsForOthers},
      {OldBase::kHarmsOthers, Verdict::kNeedsNewerBase, Verdict::kNeedsNewerBase},
  };
  for (const auto& row : kRows) {
    EXPECT_EQ(Judge({.old_base = row.known}, others, kOld), row.others);
    EXPECT_EQ(Judge({.old_base = row.known}, connection, kOld), row.connection);
  }
}

}  // namespace
}  // namespace gateway::attacks
