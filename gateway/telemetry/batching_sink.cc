#include "gateway/telemetry/batching_sink.h"

#include <pthread.h>

#include <cstdio>
#include <thread>

namespace gateway {

BatchingSink::BatchingSink() {
  std::thread([this] {
    pthread_setname_np(pthread_self(), "log");
    Run();
  }).detach();
}

void BatchingSink::sink_it_(const spdlog::details::log_msg& line) {
  const bool begins = batch_.size() == 0;
  batch_.append(line.payload.begin(), line.payload.end());
  batch_.push_back('\n');
  if (batch_.size() >= kLongestBatch) return flush_();
  if (begins) begun_.release();
}

void BatchingSink::flush_() {
  if (batch_.size() == 0) return;
  // Unbuffered: one write. If it fails there is nobody to tell.
  static_cast<void>(std::fwrite(batch_.data(), 1, batch_.size(), stderr));
  batch_.clear();
}

void BatchingSink::Run() {
  while (true) {
    begun_.acquire();
    std::this_thread::sleep_for(kLongestWait);
    flush();
  }
}

}  // namespace gateway
