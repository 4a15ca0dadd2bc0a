#include "tests/upstream/sequences/sequence.h"

#include <fmt/format.h>

#include <utility>

namespace gateway::sequences {
namespace {

using namespace std::chrono_literals;

/// A quick response, and how long before the timeout a slow one comes.
constexpr auto kQuick = 10ms;
constexpr auto kLastMoment = 1ms;
/// More transfers than any rule allows.
constexpr std::size_t kTooMany = 20;

bool Possible(const Reaction& reaction, const Step& step, Method method) {
  if (reaction.sight == Reaction::Sight::kNotYet && method != Method::kCancel) return false;
  if (!reaction.NeedsSuccess()) return true;
  UpstreamModel trial = step.before;
  return trial.Process(step.read ? Method::kGet : method, Who::kUs) == 200;
}

/// Whether a walk that is not full can leave it out: another sequence is nearly the same.
bool Needless(const Reaction& reaction, const Step& step, int reads) {
  if (reaction.rare || (reads > 2 && !reaction.late)) return true;
  // What the world did can as well come before the next transfer.
  return step.event != Event::kNothing && !reaction.LooksAtTheRun(step.read);
}

}  // namespace

Sequence::Sequence(const Subject& subject, const Scenario& scenario, Choices& choices, Visit visit)
    : subject_(subject), choices_(choices), visit_(std::move(visit)) {
  history_.scenario = scenario;
  history_.upstream.lingers = scenario.lingers;
  while (!scenario.budget && budget_.TakeRetry()) {
  }
  client_ = subject.Connect(*this);
}

bool Sequence::Run() {
  id_ = client_->Start(subject_.Prepare(Now(), budget_), [this](UpstreamResult result) {
    const bool passed = elapsed() >= history_.scenario.total;
    if (++history_.completions > 1) return;
    history_.ending = subject_.Respond(std::move(result), passed);
    history_.ending.at = elapsed();
    if (leaving_) StopTimer(*leaving_);
    history_.left_over = pending();
  });
  Advance(1h);
  return !stopped_;
}

HttpLoop::TransferId Sequence::Send(std::shared_ptr<const HttpRequest> request,
                                    const TransferOptions& options,
                                    std::function<void(HttpResult)> done) {
  const Method method = history_.scenario.method;
  if (history_.steps.size() == kTooMany) history_.endless = true;
  if (history_.endless) return StartTimer(2h, [] {});
  if (choices_.AtFrontier() && !visit_(State(options))) {
    stopped_ = true;
    return StartTimer(2h, [] {});
  }
  const std::size_t number = history_.steps.size();
  Step& step = history_.steps.emplace_back();
  step.read = method == Method::kCancel && request->verb == "GET";
  step.sent = elapsed();
  step.timeout = options.timeout;
  const auto events = PossibleEvents(history_.upstream, method);
  step.event = events[choices_.Choose(events.size())];
  Happen(step.event, method, history_.upstream);
  step.before = history_.upstream;
  step.reaction = &ChooseReaction(step);
  HttpResult result = React(step);
  step.after = history_.upstream;

  Clock::duration after = kQuick;
  const bool left = step.reaction->sight == Reaction::Sight::kLeft;
  if (step.reaction->slow) after = step.timeout - kLastMoment;
  if (after >= step.timeout || step.reaction->sight == Reaction::Sight::kHang || left) {
    after = step.timeout;
    const Delivery delivery = step.reaction->error.delivery;
    result.value = TransportError{TransportErrorKind::kTimeout, delivery, "timeout"};
    step.never_sent = delivery == Delivery::kNeverSent;
    step.status = 0;
    step.whole = false;
    step.shown.reset();
  }
  if ((left || step.reaction->left_after) && !leaving_) {
    leaving_ = StartTimer(left ? Clock::duration(kQuick) : after + 1ms, [this] {
      leaving_.reset();
      history_.caller_left = true;
      client_->Cancel(id_);
    });
  }
  result.elapsed = after;
  return StartTimer(after, [this, number, result = std::move(result), done = std::move(done)] {
    history_.steps[number].ended = elapsed();
    done(result);
  });
}

std::string Sequence::State(const TransferOptions& options) const {
  const History& h = history_;
  const Step* own = h.LastOwn();
  const int reads = h.ReadsSinceOwn();
  const UpstreamModel& up = h.upstream;
  return fmt::format(
      "{} {} {}|{} {} {}|{} {}|{} {} {}|{} {} {} {} {}", elapsed().count(), options.timeout.count(),
      options.fresh_connection, h.Count(false), h.Count(true), reads,
      own == nullptr ? 0 : own->reaction->look, reads == 0 ? 0 : h.steps.back().reaction->look,
      h.AnyMayHaveArrived(), h.Any2xx(), h.AnyOutcomeUnknown(), static_cast<int>(up.state),
      static_cast<int>(up.canceller), static_cast<int>(up.deleter), up.created, up.unprocessed);
}

const Reaction& Sequence::ChooseReaction(const Step& step) {
  const std::vector<Reaction>& all = step.read ? ReadReactions() : OwnReactions();
  std::vector<const Reaction*> possible;
  for (const Reaction& reaction : all) {
    if (!Possible(reaction, step, history_.scenario.method)) continue;
    if (!history_.scenario.full && Needless(reaction, step, history_.Count(true))) continue;
    possible.push_back(&reaction);
  }
  return *possible[choices_.Choose(possible.size())];
}

HttpResult Sequence::Truth(int status, Step& step) const {
  step.status = status;
  step.whole = true;
  if (status != 200) return {.value = HttpResponse{status, {}, R"({"code":"C","message":"m"})"}};
  step.shown = history_.upstream.state;
  return {.value = HttpResponse{status, {}, Subject::RunIn(NameOf(history_.upstream.state))}};
}

HttpResult Sequence::React(Step& step) {
  const Reaction& reaction = *step.reaction;
  int status = 0;
  if (reaction.work == Reaction::Work::kLater) ++history_.upstream.unprocessed;
  if (reaction.work == Reaction::Work::kDone || step.read) {
    status =
        history_.upstream.Process(step.read ? Method::kGet : history_.scenario.method, Who::kUs);
  }
  step.whole = true;
  step.status = 200;
  HttpResponse response{200, {}, ""};
  switch (reaction.sight) {
    case Reaction::Sight::kTruth:
      return Truth(status, step);
    case Reaction::Sight::kEmpty:
      response.headers = {{"content-length", "0"}};
      break;
    case Reaction::Sight::kMayBeCut:
      response.may_be_cut = true;
      step.whole = false;
      break;
    case Reaction::Sight::kNotYet:
      step.shown = RunState::kProcessing;
      response.body = Subject::RunIn(NameOf(RunState::kProcessing));
      break;
    case Reaction::Sight::kUnreadable:
      response.body = "<html>";
      break;
    case Reaction::Sight::kUnknownState:
      response.body = Subject::RunIn("ARCHIVED");
      break;
    case Reaction::Sight::kStatus:
      response.status = step.status = reaction.status;
      response.body = R"({"code":"C","message":"m")";
      if (reaction.retryable)
        response.body += *reaction.retryable ? ",\"retryable\":true" : ",\"retryable\":false";
      response.body += "}";
      if (reaction.retry_after != nullptr) {
        response.headers = {{"retry-after", reaction.retry_after}};
      }
      break;
    case Reaction::Sight::kError:
      step.whole = false;
      step.status = reaction.error.http_status;
      step.never_sent = reaction.error.delivery == Delivery::kNeverSent;
      return {.value = reaction.error};
    case Reaction::Sight::kHang:
    case Reaction::Sight::kLeft:
      break;  // The timeout makes it.
  }
  return {.value = std::move(response)};
}

}  // namespace gateway::sequences
