// SIGTERM and SIGINT as something to wait for, instead of handlers that may do next to nothing.
//
// Made by main before the first thread, so that every thread inherits the blocked signals. Belongs
// to main's thread. A signal that comes before Wait is not lost.
#pragma once

#include <string_view>
#include <thread>

namespace gateway {

class StopSignals {
 public:
  /// Blocks them, and ignores SIGPIPE: a broken connection is an error of its call.
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  /// Until one comes: its name.
  std::string_view Wait();

  /// From now on the next one ends the process at once, with exit code 1.
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
