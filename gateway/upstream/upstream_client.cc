#include "gateway/upstream/upstream_client.h"

#include <atomic>
#include <random>
#include <unordered_map>
#include <utility>

namespace gateway {
namespace {

double UniformRandom() {
  thread_local std::mt19937_64 engine(std::random_device{}());
  return std::uniform_real_distribution<double>()(engine);
}

}  // namespace

class UpstreamClient::Impl {
 public:
  Impl(const std::vector<HttpLoop*>& loops, const RetryOptions& options, UpstreamObserver* observer,
       std::function<double()> random)
      : policy_(options, random ? std::move(random) : UniformRandom), observer_(observer) {
    for (HttpLoop* http : loops) loops_.push_back({.http = http, .calls = {}});
  }

  CallId Start(UpstreamCallSpec spec, std::function<void(UpstreamResult)> done);
  void Cancel(CallId id);
  void EndAll();

 private:
  /// One loop and the calls on it, which its thread alone touches.
  struct Loop {
    HttpLoop* http;
    std::unordered_map<CallId, std::shared_ptr<UpstreamCall>> calls;
  };

  /// Round robin, and known again from the id.
  Loop& LoopOf(CallId id) { return loops_[id % loops_.size()]; }

  const RetryPolicy policy_;
  UpstreamObserver* const observer_;
  std::vector<Loop> loops_;
  std::atomic<CallId> next_id_ = 1;
};

UpstreamClient::CallId UpstreamClient::Impl::Start(UpstreamCallSpec spec,
                                                   std::function<void(UpstreamResult)> done) {
  const CallId id = next_id_++;
  Loop& loop = LoopOf(id);
  auto ended = [&loop, id, done = std::move(done)](UpstreamResult result) {
    const auto call = loop.calls.extract(id);  // Destroyed when this returns.
    done(std::move(result));
  };
  const UpstreamCall::Environment environment{*loop.http, policy_, observer_};
  // Shared only because a posted task must be copyable.
  auto call = std::make_shared<UpstreamCall>(environment, std::move(spec), std::move(ended));
  loop.http->RunOnLoop([&loop, id, call = std::move(call)] {
    loop.calls.emplace(id, call);
    call->Begin();
  });
  return id;
}

void UpstreamClient::Impl::Cancel(CallId id) {
  Loop& loop = LoopOf(id);
  loop.http->RunOnLoop([&loop, id] {
    const auto found = loop.calls.find(id);
    if (found != loop.calls.end()) found->second->End(Conclusion::kCancelled);
  });
}

void UpstreamClient::Impl::EndAll() {
  for (Loop& loop : loops_) {
    loop.http->RunOnLoop([&loop] {
      // Each call leaves the map as it ends.
      while (!loop.calls.empty()) loop.calls.begin()->second->End(Conclusion::kDraining);
    });
  }
}

UpstreamClient::UpstreamClient(const std::vector<HttpLoop*>& loops, const RetryOptions& options,
                               UpstreamObserver* observer, std::function<double()> random)
    : impl_(std::make_unique<Impl>(loops, options, observer, std::move(random))) {}

UpstreamClient::~UpstreamClient() = default;

UpstreamClient::CallId UpstreamClient::Start(UpstreamCallSpec spec,
                                             std::function<void(UpstreamResult)> done) {
  return impl_->Start(std::move(spec), std::move(done));
}

void UpstreamClient::Cancel(CallId id) { impl_->Cancel(id); }
void UpstreamClient::EndAll() { impl_->EndAll(); }

}  // namespace gateway
