// Where spdlog writes to: standard error, several lines at a time. A write for each call's line
// would wake its reader each time, and cost as much as making the line.
//
// Thread-safe. Never destroyed, as its thread never ends.
#pragma once

#include <spdlog/sinks/base_sink.h>

#include <chrono>
#include <mutex>
#include <semaphore>

namespace gateway {

class BatchingSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  /// Of a line, if nobody flushes.
  static constexpr std::chrono::milliseconds kLongestWait{10};

  BatchingSink();

 private:
  static constexpr std::size_t kLongestBatch = std::size_t{64} << 10;

  // Called by spdlog, under its mutex.
  void sink_it_(const spdlog::details::log_msg& line) override;
  void flush_() override;

  [[noreturn]] void Run();

  spdlog::memory_buf_t batch_;
  /// A batch has begun.
  std::counting_semaphore<> begun_{0};
};

}  // namespace gateway
