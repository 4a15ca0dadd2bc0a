// What the tests of one call share: a scripted loop, a plain classifier, and specs of each kind.
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

/// Goes by status; `retry-after` counts seconds. A resource's body is its state.
class PlainClassifier : public ResponseClassifier {
 public:
  [[nodiscard]] ResponseClass Classify(HttpResponse& response) const override {
    ResponseClass response_class;
    response_class.success = response.status >= 200 && response.status < 300;
    response_class.unavailable = response.status == 408 || response.status >= 502 ||
                                 FindHeader(response.headers, "retryable") != nullptr;
    response_class.rate_limited = response.status == 429;
    if (response_class.success && response.body == "unreadable") {
      response_class.message = Error(grpc::StatusCode::INTERNAL, "not the promised JSON");
    }
    if (const std::string* seconds = FindHeader(response.headers, "retry-after")) {
      response_class.retry_after = std::chrono::seconds(std::stoi(*seconds));
    }
    return response_class;
  }
  [[nodiscard]] Resource ReadResource(HttpResponse& response) const override {
    return {.state = StateOf(response.body),
            .state_name = response.body,
            .message = "as read: " + response.body};
  }
  [[nodiscard]] std::optional<std::string> FindMarked(HttpResponse& response,
                                                      const std::string& marker) const override {
    const bool found = response.body.find(marker) != std::string::npos;
    return found ? std::optional("found: " + marker) : std::nullopt;
  }
  [[nodiscard]] bool IsCut(const HttpResponse& response) const override {
    return response.status == 200;
  }

 private:
  static ResourceState StateOf(const std::string& body) {
    if (body == "done") return ResourceState::kDone;
    if (body == "pending") return ResourceState::kPending;
    if (body == "finished") return ResourceState::kFinished;
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
  void OnReconciled(ReconcileResult result) override { reconciled.push_back(result); }

  std::vector<std::string> transfers;
  std::vector<RetryReason> retries;
  std::vector<ReconcileResult> reconciled;
};

class UpstreamCallTest : public ::testing::Test {
 protected:
  UpstreamCallTest() { Configure({}); }

  void Configure(const RetryOptions& options) {
    upstream_ = std::make_unique<UpstreamClient>(std::vector<HttpLoop*>{&loop_}, options, &counts_,
                                                 [] { return 0.5; });
  }

  /// POST, may be retried, one minute.
  UpstreamCallSpec Idempotent() {
    UpstreamCallSpec spec;
    spec.request = Request("POST", "http://upstream/cancel", {{"a", "1"}}, "body");
    spec.deadline = Deadline::At(loop_.Now() + 60s);
    spec.retry_safety = RetrySafety::kIdempotent;
    spec.classifier = &classifier_;
    spec.budget = &budget_;
    return spec;
  }
  UpstreamCallSpec Unset() {
    UpstreamCallSpec spec = Idempotent();
    spec.retry_safety = RetrySafety::kOnlyUnsent;
    return spec;
  }
  UpstreamCallSpec Reconciled() {
    UpstreamCallSpec spec = Idempotent();
    spec.look_up = LookUp::kRead;
    spec.look_up_url = "http://upstream/resource";
    return spec;
  }
  UpstreamCallSpec Marked() {
    UpstreamCallSpec spec = Unset();
    spec.look_up = LookUp::kSearch;
    spec.look_up_url = "http://upstream/list";
    spec.marker = "m-1";
    return spec;
  }
  UpstreamCallSpec Delete() {
    UpstreamCallSpec spec = Idempotent();
    spec.request = Request("DELETE", "http://upstream/resource");
    return spec;
  }

  void Start(UpstreamCallSpec spec) {
    id_ = upstream_->Start(std::move(spec), [this](UpstreamResult result) {
      ++completions_;
      result_ = std::move(result);
    });
    loop_.Settle();
  }

  /// Lets the call come to its end; its result.
  const UpstreamResult& Ended() {
    loop_.Advance(1h);
    EXPECT_EQ(completions_, 1);
    EXPECT_EQ(loop_.pending(), 0U);
    return result_;
  }
  const UpstreamResult& Run(UpstreamCallSpec spec) {
    Start(std::move(spec));
    return Ended();
  }

  [[nodiscard]] std::vector<std::string> Verbs() const {
    std::vector<std::string> verbs;
    for (const auto& sent : loop_.sent()) verbs.push_back(sent.request.verb);
    return verbs;
  }

  FakeHttpLoop loop_;
  PlainClassifier classifier_;
  RetryBudget budget_;
  Counts counts_;
  std::unique_ptr<UpstreamClient> upstream_;
  UpstreamClient::CallId id_ = 0;
  UpstreamResult result_;
  int completions_ = 0;
};

}  // namespace gateway
