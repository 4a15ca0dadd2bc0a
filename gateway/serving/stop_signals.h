// SIGTERM and SIGINT as something to wait for, instead of handlers that may do next to nothing.
//
// Not thread-safe; made and used on main's thread, before the first other thread, so that every
// thread inherits the blocked signals. A signal that comes before Wait is not lost.
#pragma once

#include <string_view>
#include <thread>

namespace gateway {

class StopSignals {
 public:
  /// Blocks the signals, and ignores SIGPIPE: a broken connection is an error of its call.
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  /// Returns the name of the next signal, when it has come.
  std::string_view Wait();

  /// From now on the next signal ends the process at once, with exit code 1.
  void ExitOnNext();

 private:
  void WatchForNext() const;

  /// Readable when a signal has come.
  const int signals_;
  /// Readable when the watching thread must end.
  const int end_;
  std::thread watcher_;
};

}  // namespace gateway
