// How often lines of one kind may be logged: an error that repeats must neither fill a disk nor
// bury other lines.
//
// Thread-safe. The memory is bounded, however many kinds come.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "gateway/base/deadline.h"
#include "gateway/base/mutex.h"

namespace gateway {

class LogLimit {
 public:
  /// The most lines of a kind in one window. A window begins with its first line.
  static constexpr int kLinesPerWindow = 5;
  static constexpr std::chrono::seconds kWindow{10};
  /// When more kinds come, all counts start anew.
  static constexpr std::size_t kMaxKinds = 1024;

  /// If a line of that kind may be written now: how many lines were left out since the last one
  /// that was written. Nothing if it may not.
  std::optional<std::int64_t> Admit(std::string_view kind, Clock::time_point now);

 private:
  struct Window {
    Clock::time_point begin;
    int written = 0;
    std::int64_t left_out = 0;
  };

  Mutex mutex_;
  std::unordered_map<std::string, Window> windows_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace gateway
