// Time for a gateway whose transfers are real: timers fire when the test says so, and the clock
// jumps over the waits.
//
//   ManualTime time;
//   hooks.decorate_client = time.Decorator();
//   ... calls; each wait is over as soon as it has begun ...
//   EXPECT_THAT(time.waits(), ElementsAre(125ms, 250ms));
//
// Thread-safe. Must outlive the clients that it decorates.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "gateway/upstream/http_loop.h"

namespace gateway {

class ManualTime {
 public:
  /// Makes clients with this time: all else is left to `client`.
  std::function<std::unique_ptr<HttpLoop>(HttpLoop& client)> Decorator();

  /// From now on a timer waits for Fire, instead of firing as soon as it is started.
  void Hold();
  /// Blocks until a timer is held: its delay; nothing if none comes.
  std::optional<Clock::duration> AwaitTimer(
      std::chrono::milliseconds patience = std::chrono::seconds(10));
  /// Blocks until no timer is held; false if one stays.
  bool AwaitNoTimer(std::chrono::milliseconds patience = std::chrono::seconds(10));
  /// Lets the held timers fire.
  void Fire();

  /// The delay of each timer that was started, in that order.
  [[nodiscard]] std::vector<Clock::duration> waits() const;
  /// The real time and all the waits that are over.
  [[nodiscard]] Clock::time_point Now() const;

 private:
  class Client;
  struct Timer {
    HttpLoop* client;
    Clock::duration delay;
    std::function<void()> task;
    bool fired = false;
  };

  HttpLoop::TimerId Start(HttpLoop& client, Clock::duration delay, std::function<void()> task);
  void Stop(HttpLoop::TimerId id);
  /// Ends the wait; the task runs on the client's loop, if nobody stops the timer before.
  void FireLocked(HttpLoop::TimerId id, Timer& timer);
  void Run(HttpLoop::TimerId id);
  [[nodiscard]] const Timer* HeldTimer() const;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool holding_ = false;
  Clock::duration skipped_{0};
  std::vector<Clock::duration> waits_;
  std::map<HttpLoop::TimerId, Timer> timers_;
  HttpLoop::TimerId next_id_ = 1;
};

}  // namespace gateway
