// What the tests of one call share: a scripted client, a plain reader, and orders of each kind.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gateway/upstream/upstream_client.h"
#include "tests/support/fake_http_loop.h"
#include "tests/upstream/request.h"

namespace gateway {

using namespace std::chrono_literals;

inline constexpr auto kReset = TransportErrorKind::kReset;
inline constexpr auto kArrived = Delivery::kMayHaveArrived;
inline constexpr auto kUnsent = Delivery::kNeverSent;

/// Judges by status; `retry-after` counts seconds. A resource's body is its state.
class PlainReader : public ResponseClassifier {
 public:
  [[nodiscard]] ResponseClass Classify(const HttpResponse& answer) const override {
    ResponseClass verdict;
    verdict.success = answer.status >= 200 && answer.status < 300;
    verdict.unavailable = answer.status == 408 || answer.status >= 502 ||
                          FindHeader(answer.headers, "retryable") != nullptr;
    verdict.rate_limited = answer.status == 429;
    if (const std::string* seconds = FindHeader(answer.headers, "retry-after")) {
      verdict.retry_after = std::chrono::seconds(std::stoi(*seconds));
    }
    return verdict;
  }
  [[nodiscard]] ResourceState StateOf(const HttpResponse& answer) const override {
    if (answer.body == "done") return ResourceState::kDone;
    if (answer.body == "pending") return ResourceState::kPending;
    if (answer.body == "finished") return ResourceState::kFinished;
    return ResourceState::kUnknown;
  }
};

class Counts : public UpstreamObserver {
 public:
  void OnTransfer(std::string_view verb, const HttpResult& result) override {
    transfers.push_back(std::string(verb) + " " +
                        (result.response() ? std::to_string(result.response()->status) : "broke"));
  }
  void OnRetry(RetryReason reason) override { retries.push_back(reason); }
  void OnReconciled(ReconcileResult outcome) override { reconciled.push_back(outcome); }

  std::vector<std::string> transfers;
  std::vector<RetryReason> retries;
  std::vector<ReconcileResult> reconciled;
};

class UpstreamCallTest : public ::testing::Test {
 protected:
  UpstreamCallTest() { Configure({}); }

  void Configure(const RetryOptions& options) {
    upstream_ = std::make_unique<UpstreamClient>(std::vector<HttpLoop*>{&client_}, options,
                                                 &counts_, [] { return 0.5; });
  }

  /// POST, may be repeated, one minute.
  UpstreamCallSpec Idempotent() {
    UpstreamCallSpec order;
    order.request = Request("POST", "http://upstream/cancel", {{"a", "1"}}, "body");
    order.deadline = Deadline::At(client_.Now() + 60s);
    order.retry_safety = RetrySafety::kIdempotent;
    order.reader = &reader_;
    order.budget = &budget_;
    return order;
  }
  UpstreamCallSpec Unset() {
    UpstreamCallSpec order = Idempotent();
    order.retry_safety = RetrySafety::kOnlyUnsent;
    return order;
  }
  UpstreamCallSpec Reconciled() {
    UpstreamCallSpec order = Idempotent();
    order.reconcile_url = "http://upstream/resource";
    return order;
  }
  UpstreamCallSpec Delete() {
    UpstreamCallSpec order = Idempotent();
    order.request = Request("DELETE", "http://upstream/resource");
    return order;
  }

  void Start(UpstreamCallSpec order) {
    id_ = upstream_->Start(std::move(order), [this](UpstreamResult outcome) {
      ++completions_;
      outcome_ = std::move(outcome);
    });
    client_.Settle();
  }

  /// Lets the call come to its end; its outcome.
  const UpstreamResult& Ended() {
    client_.Advance(1h);
    EXPECT_EQ(completions_, 1);
    EXPECT_EQ(client_.pending(), 0U);
    return outcome_;
  }
  const UpstreamResult& Run(UpstreamCallSpec order) {
    Start(std::move(order));
    return Ended();
  }

  [[nodiscard]] std::vector<std::string> Verbs() const {
    std::vector<std::string> verbs;
    for (const auto& sent : client_.sent()) verbs.push_back(sent.request.verb);
    return verbs;
  }

  FakeHttpLoop client_;
  PlainReader reader_;
  RetryBudget budget_;
  Counts counts_;
  std::unique_ptr<UpstreamClient> upstream_;
  UpstreamClient::CallId id_ = 0;
  UpstreamResult outcome_;
  int completions_ = 0;
};

}  // namespace gateway
