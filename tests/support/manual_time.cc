#include "tests/support/manual_time.h"

#include <utility>

namespace gateway {

class ManualTime::Client final : public HttpLoop {
 public:
  Client(ManualTime& time, HttpLoop& inner) : time_(time), inner_(inner) {}

  void RunOnLoop(std::function<void()> task) override { inner_.RunOnLoop(std::move(task)); }
  TransferId Send(std::shared_ptr<const HttpRequest> request, const TransferOptions& options,
                  std::function<void(HttpResult)> done) override {
    return inner_.Send(std::move(request), options, std::move(done));
  }
  void Abort(TransferId id) override { inner_.Abort(id); }
  TimerId StartTimer(Clock::duration delay, std::function<void()> task) override {
    return time_.Start(inner_, delay, std::move(task));
  }
  void StopTimer(TimerId id) override { time_.Stop(id); }
  [[nodiscard]] Clock::time_point Now() const override { return time_.Now(); }

 private:
  ManualTime& time_;
  HttpLoop& inner_;
};

std::function<std::unique_ptr<HttpLoop>(HttpLoop&)> ManualTime::Decorator() {
  return [this](HttpLoop& client) { return std::make_unique<Client>(*this, client); };
}

void ManualTime::Hold() {
  const std::lock_guard lock(mutex_);
  holding_ = true;
}

std::optional<Clock::duration> ManualTime::AwaitTimer(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, patience, [this] { return HeldTimer() != nullptr; });
  const Timer* timer = HeldTimer();
  return timer != nullptr ? std::optional(timer->delay) : std::nullopt;
}

bool ManualTime::AwaitNoTimer(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, patience, [this] { return HeldTimer() == nullptr; });
}

void ManualTime::Fire() {
  const std::lock_guard lock(mutex_);
  for (auto& [id, timer] : timers_) {
    if (!timer.fired) FireLocked(id, timer);
  }
}

std::vector<Clock::duration> ManualTime::waits() const {
  const std::lock_guard lock(mutex_);
  return waits_;
}

Clock::time_point ManualTime::Now() const {
  const std::lock_guard lock(mutex_);
  return Clock::now() + skipped_;
}

HttpLoop::TimerId ManualTime::Start(HttpLoop& client, Clock::duration delay,
                                    std::function<void()> task) {
  const std::lock_guard lock(mutex_);
  const HttpLoop::TimerId id = next_id_++;
  Timer& timer = timers_[id];
  timer = {.client = &client, .delay = delay, .task = std::move(task)};
  waits_.push_back(delay);
  if (!holding_) FireLocked(id, timer);
  changed_.notify_all();
  return id;
}

void ManualTime::Stop(HttpLoop::TimerId id) {
  const std::lock_guard lock(mutex_);
  timers_.erase(id);
  changed_.notify_all();
}

void ManualTime::FireLocked(HttpLoop::TimerId id, Timer& timer) {
  timer.fired = true;
  skipped_ += timer.delay;
  timer.client->RunOnLoop([this, id] { Run(id); });
  changed_.notify_all();
}

void ManualTime::Run(HttpLoop::TimerId id) {
  std::function<void()> task;
  {
    const std::lock_guard lock(mutex_);
    const auto timer = timers_.find(id);
    if (timer == timers_.end()) return;
    task = std::move(timer->second.task);
    timers_.erase(timer);
  }
  task();
}

const ManualTime::Timer* ManualTime::HeldTimer() const {
  for (const auto& [id, timer] : timers_) {
    if (!timer.fired) return &timer;
  }
  return nullptr;
}

}  // namespace gateway
