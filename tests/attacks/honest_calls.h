// A caller that keeps to the rules: calls at a steady pace over a connection of its own, and how
// long each took.
//
// Belongs to one thread. The channel is shared with the threads that this object starts and ends.
#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/completion_queue.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace gateway::attacks {

struct CallFigures {
  /// In milliseconds, failed calls included; sorted.
  std::vector<double> latencies;
  int failures = 0;
  /// Of the first failed call.
  std::string first_error;

  /// 0 without calls.
  [[nodiscard]] double P99() const;
};

class HonestCalls {
 public:
  /// Begins to call.
  explicit HonestCalls(std::shared_ptr<grpc::Channel> channel);
  ~HonestCalls();
  HonestCalls(const HonestCalls&) = delete;
  HonestCalls& operator=(const HonestCalls&) = delete;

  /// Begins no more calls and waits for those under way.
  CallFigures Finish();

 private:
  void Begin();
  void Collect();

  const std::shared_ptr<grpc::Channel> channel_;
  grpc::CompletionQueue queue_;
  std::atomic<bool> is_over_ = false;
  /// Written by the collector, read when it has ended.
  CallFigures figures_;
  std::thread beginner_;
  std::thread collector_;
};

/// Whether a caller who connects anew is served, within `patience`.
bool IsServed(const std::string& address, std::chrono::seconds patience);

}  // namespace gateway::attacks
