#include "tests/upstream/sequences/checks.h"

#include <grpcpp/support/status.h>

#include <algorithm>

namespace gateway::sequences {
namespace {

using namespace std::chrono_literals;
using grpc::StatusCode;

class Checks {
 public:
  explicit Checks(const History& history) : h_(history), end_(history.ending) {}

  std::vector<std::string> Found() {
    Expect(!h_.endless, "the call sends without end");
    Expect(h_.endless || h_.completions == 1,
           h_.completions == 0 ? "the call never completes" : "the call completes twice");
    if (!found_.empty() || h_.steps.empty()) return found_;
    CheckLimits();
    CheckWaits();
    if (IsCancel()) CheckTimeKept();
    if (h_.scenario.method == Method::kCreate) CheckCreateIsSentOnce();
    if (end_.code == StatusCode::OK) {
      CheckSuccess();
    } else {
      CheckError();
    }
    return found_;
  }

 private:
  void Expect(bool holds, const char* otherwise) {
    if (!holds) found_.emplace_back(otherwise);
  }

  [[nodiscard]] bool IsCancel() const { return h_.scenario.method == Method::kCancel; }
  [[nodiscard]] const Step& Last() const { return h_.steps.back(); }
  [[nodiscard]] bool ReadShows(std::initializer_list<RunState> states) const {
    const auto shown = h_.LastRead();
    return shown && std::ranges::count(states, *shown) > 0;
  }
  [[nodiscard]] bool ReadShowsAccepted() const {
    return ReadShows({RunState::kCancelling, RunState::kCancelled});
  }
  [[nodiscard]] bool ReadShowsFinished() const {
    return ReadShows({RunState::kProcessed, RunState::kFailed});
  }

  /// Jitter is one half.
  static Clock::duration Backoff(int tries) {
    return std::min<Clock::duration>(250ms * (1 << (tries - 1)), 10s) / 2;
  }
  static Clock::duration WaitAfter(const Step& step, int tries) {
    return std::max(step.whole ? step.RetryAfter() : 0s, Backoff(tries));
  }

  void CheckLimits() {
    Expect(end_.at <= h_.scenario.total, "the call outlives its deadline");
    Expect(h_.left_over == 0, "the call leaves transfers or timers behind");
    Expect(h_.Count(false) <= h_.scenario.max_attempts, "more attempts than --max-attempts");
    Expect(end_.trailer_attempts == std::to_string(h_.Count(false)),
           "x-gateway-attempts is not the number of attempts");
    int reads = 0;
    for (const Step& step : h_.steps) {
      reads = step.read ? reads + 1 : 0;
      Expect(reads <= h_.scenario.max_attempts, "a read is sent more often than --max-attempts");
      Expect(step.timeout > 0s, "a transfer begins without time");
      Expect(step.sent + step.timeout <= h_.scenario.total, "a transfer may outlive the deadline");
      Expect(step.timeout <= h_.scenario.attempt_timeout,
             "a transfer longer than --attempt-timeout");
    }
    Expect(
        end_.code != StatusCode::DEADLINE_EXCEEDED || h_.caller_left ||
            end_.at >= h_.scenario.total - std::min<Clock::duration>(20ms, h_.scenario.total / 50),
        "DEADLINE_EXCEEDED before the deadline");
  }

  void CheckWaits() {
    int attempts = 1;
    int reads = 0;
    const Step* own = &h_.steps[0];
    for (std::size_t i = 1; i < h_.steps.size(); ++i) {
      const Step& before = h_.steps[i - 1];
      const Step& step = h_.steps[i];
      if (!before.ended) return Expect(false, "two transfers at one time");
      if (before.read) ++reads;
      if (!step.read) {
        Expect(step.sent >= *own->ended + WaitAfter(*own, attempts),
               "an attempt sooner than Retry-After or the backoff");
        Expect(!before.read || step.sent >= *before.ended + Backoff(attempts),
               "an attempt sooner after a read than the backoff");
        ++attempts;
        reads = 0;
        own = &step;
      } else if (before.read) {
        Expect(step.sent >= *before.ended + WaitAfter(before, reads),
               "a read sooner than Retry-After or the backoff");
      }
    }
  }

  void CheckTimeKept() {
    for (const Step& step : h_.steps) {
      Expect(
          step.read || step.sent + step.timeout <= h_.scenario.total - h_.scenario.KeptForTheRead(),
          "no time is kept for the read");
    }
  }

  void CheckCreateIsSentOnce() {
    for (std::size_t i = 0; i + 1 < h_.steps.size(); ++i) {
      Expect(!h_.steps[i].MayHaveArrived(), "a create is sent again after it may have arrived");
    }
    Expect(h_.upstream.created + h_.upstream.unprocessed <= 1, "a create is sent twice");
  }

  void CheckSuccess() {
    Expect(Last().whole && Last().Is2xx() ? true : DeletedBefore(), "OK without a whole 2xx");
    if (end_.run && h_.scenario.method != Method::kDelete) {
      Expect(Last().shown && *end_.run == NameOf(*Last().shown), "OK with another run than came");
    } else if (h_.scenario.method != Method::kDelete) {
      Expect(!IsCancel(), "OK without the run");
      Expect(Last().reaction->sight == Reaction::Sight::kEmpty,
             "OK and empty for a response that is not");
    }
    switch (h_.scenario.method) {
      case Method::kCancel:
        Expect(h_.AnyMayHaveArrived(), "OK without a cancel of ours that may have done it");
        Expect(h_.upstream.canceller != Who::kNobody, "OK though nobody has cancelled");
        return Expect(!Last().read || ReadShowsAccepted(), "OK for a run that is not cancelled");
      case Method::kDelete:
        Expect(h_.upstream.state == RunState::kGone, "OK though nothing is deleted");
        return Expect(h_.AnyMayHaveArrived(), "OK without a DELETE of ours that may have done it");
      case Method::kCreate:
        return Expect(h_.upstream.created == 1, "OK though nothing is created");
      case Method::kGet:
        return;
    }
  }

  /// A DELETE that is answered by 404 after an attempt that may have arrived.
  [[nodiscard]] bool DeletedBefore() const {
    return h_.scenario.method == Method::kDelete && Last().whole && Last().status == 404 &&
           h_.AnyMayHaveArrived();
  }

  void CheckError() {
    Expect(!DeletedBefore() || h_.caller_left,
           "an error for a DELETE that may have been done before");
    if (IsCancel()) CheckRuleOfCancel();
    CheckOutcome();
    Expect(end_.attempts == std::to_string(h_.Count(false)),
           "metadata.attempts is not the number of attempts");
    if (h_.caller_left) return;
    CheckCause();
    if (IsCancel()) CheckRead();
    CheckRetries();
  }

  void CheckRuleOfCancel() {
    const bool already = end_.reason == "ALREADY_CANCELLED";
    const bool finished = end_.reason == "NOT_CANCELLABLE";
    if (already) {
      Expect(h_.upstream.canceller != Who::kUs, "ALREADY_CANCELLED to the only canceller");
      Expect(ReadShowsAccepted(), "ALREADY_CANCELLED without a read that shows it");
      Expect(!h_.AnyMayHaveArrived(), "ALREADY_CANCELLED though this call may have done it");
    }
    if (finished) {
      Expect(!h_.upstream.CancelAccepted(), "NOT_CANCELLABLE for a run that is cancelled");
      Expect(ReadShowsFinished(), "NOT_CANCELLABLE without a read that shows it");
    }
    if (already || finished) {
      Expect(end_.code == StatusCode::FAILED_PRECONDITION, "a reconciled state with another code");
      Expect(h_.LastRead() && end_.state == NameOf(*h_.LastRead()),
             "metadata.status is not as read");
    } else {
      Expect(h_.caller_left || !(ReadShowsAccepted() || ReadShowsFinished()),
             "the read told what became of the run, and the caller hears something else");
    }
  }

  /// The error is the last attempt's, whatever a read has met.
  void CheckCause() {
    if (end_.code == StatusCode::DEADLINE_EXCEEDED || end_.state != "") return;
    const Step& own = *h_.LastOwn();
    if (!own.whole) {
      Expect(end_.reason.starts_with("TRANSPORT_"), "another error than the last attempt's");
    } else {
      Expect(end_.http_status == std::to_string(own.status),
             "another status than the last attempt's");
      Expect(!own.Is2xx() || end_.reason == "GATEWAY_INVALID_RESPONSE",
             "a 2xx that cannot be given has another reason");
    }
  }

  void CheckOutcome() {
    const std::string& outcome = end_.outcome;
    if (h_.scenario.method == Method::kGet) {
      return Expect(outcome.empty(), "an outcome of a method without side effects");
    }
    const bool final = ReadShowsFinished() && end_.reason == "NOT_CANCELLABLE";
    const bool acted = h_.upstream.WeActed(h_.scenario.method);
    const bool may_act = h_.upstream.unprocessed > 0 && !final;
    Expect(outcome != "none" || !acted, "outcome none, and this call has done it");
    Expect(outcome != "none" || !may_act, "outcome none, and this call may yet do it");
    Expect(outcome != "done" || h_.Any2xx(), "outcome done without a 2xx");
    const bool still_open = ReadShows({RunState::kProcessing});
    if (final || end_.reason == "ALREADY_CANCELLED") {
      Expect(outcome == "none", "outcome other than none for a final state that is not ours");
    } else if (h_.Any2xx()) {
      Expect(outcome == "done" || (still_open && outcome == "unknown"),
             "outcome other than done after a 2xx that cannot be given");
    } else if (h_.AnyMayHaveArrived()) {
      Expect(outcome == "unknown",
             "outcome other than unknown after an attempt that may have arrived");
    } else {
      Expect(outcome == "none" || (still_open && outcome == "unknown"),
             "outcome other than none though no attempt may have arrived");
    }
  }

  void CheckRead() {
    const Step& last = Last();
    if (!last.ended || *last.ended >= h_.scenario.total) return;
    if (!last.read) {
      const bool demanded = last.Refused() || last.Is2xx() || h_.AnyOutcomeUnknown();
      return Expect(!demanded, "no read though the outcome is open and time is left");
    }
    if (last.shown || !last.Transient() || !h_.scenario.budget) return;
    const int reads = h_.ReadsSinceOwn();
    const bool fits = *last.ended + WaitAfter(last, reads) < h_.scenario.total;
    Expect(reads == h_.scenario.max_attempts || !fits, "a failed read is not retried");
  }

  /// The call must not give up what the contract lets it try again.
  void CheckRetries() {
    const Step& own = *h_.LastOwn();
    const int attempts = h_.Count(false);
    const Clock::duration kept = IsCancel() ? h_.scenario.KeptForTheRead() : Clock::duration(0);
    if (!h_.scenario.budget || attempts >= h_.scenario.max_attempts || !Last().ended) return;
    const Clock::duration wait = WaitAfter(own, attempts);
    if (*Last().ended + wait >= h_.scenario.total - kept) return;
    if (Last().read) {
      return Expect(!ReadShows({RunState::kProcessing}),
                    "a run that is still open is not cancelled again");
    }
    const bool harmless =
        h_.scenario.method != Method::kCreate || own.never_sent || own.status == 429;
    const bool is_read_instead = IsCancel() && own.Is2xx();
    Expect(!(own.Transient() && harmless && !is_read_instead), "an attempt is not retried");
  }

  const History& h_;
  const Ending& end_;
  std::vector<std::string> found_;
};

}  // namespace

std::vector<std::string> Violations(const History& history) { return Checks(history).Found(); }

}  // namespace gateway::sequences
