#include "gateway/upstream/epoll.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <future>
#include <utility>
#include <vector>

namespace gateway {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

/// Never passes: what is waited for comes.
constexpr std::chrono::milliseconds kForever = 60s;

class EventPollTest : public ::testing::Test {
 protected:
  EventPollTest() { socketpair(AF_UNIX, SOCK_STREAM, 0, ends_.data()); }
  ~EventPollTest() override {
    for (const int end : ends_) close(end);
  }

  [[nodiscard]] int ours() const { return ends_[0]; }
  void SendFromTheOtherEnd() const { EXPECT_EQ(write(ends_[1], "x", 1), 1); }
  void CloseTheOtherEnd() { close(std::exchange(ends_[1], -1)); }

  /// The ready sockets, and for what: "r", "w", "rw", with "!" where it has failed.
  std::vector<std::pair<int, std::string>> Wait(std::chrono::milliseconds time) {
    std::vector<std::pair<int, std::string>> seen;
    poll_.Wait(time, [&](int fd, Epoll::Readiness ready) {
      seen.emplace_back(fd, std::string(ready.to_read ? "r" : "") + (ready.to_write ? "w" : "") +
                                (ready.failed ? "!" : ""));
    });
    return seen;
  }

  Epoll poll_;

 private:
  std::array<int, 2> ends_{-1, -1};
};

TEST_F(EventPollTest, TellsWhatWasAskedForLast) {
  poll_.Watch(ours(), /*to_read=*/true, /*to_write=*/false);
  EXPECT_THAT(Wait(0ms), IsEmpty());
  SendFromTheOtherEnd();
  EXPECT_THAT(Wait(kForever), ElementsAre(Pair(ours(), "r")));
  poll_.Watch(ours(), /*to_read=*/true, /*to_write=*/true);
  EXPECT_THAT(Wait(kForever), ElementsAre(Pair(ours(), "rw")));
  poll_.Watch(ours(), /*to_read=*/false, /*to_write=*/true);
  EXPECT_THAT(Wait(kForever), ElementsAre(Pair(ours(), "w")));
}

TEST_F(EventPollTest, TellsThatTheOtherEndHasClosed) {
  poll_.Watch(ours(), /*to_read=*/true, /*to_write=*/false);
  CloseTheOtherEnd();
  EXPECT_THAT(Wait(kForever), ElementsAre(Pair(ours(), "r!")));
}

TEST_F(EventPollTest, ForgetsASocketOnceAndForAll) {
  poll_.Watch(ours(), /*to_read=*/true, /*to_write=*/true);
  poll_.Forget(ours());
  poll_.Forget(ours());
  SendFromTheOtherEnd();
  EXPECT_THAT(Wait(0ms), IsEmpty());
}

TEST_F(EventPollTest, WakesEndOneWaitHoweverManyTheyAre) {
  poll_.Wake();
  poll_.Wake();
  EXPECT_THAT(Wait(kForever), IsEmpty());
  const auto waker = std::async(std::launch::async, [this] { poll_.Wake(); });
  EXPECT_THAT(Wait(kForever), IsEmpty());
  EXPECT_THAT(Wait(0ms), IsEmpty());
}

}  // namespace
}  // namespace gateway
