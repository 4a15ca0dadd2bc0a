#include "tests/attacks/honest_calls.h"

#include <grpcpp/client_context.h>

#include <algorithm>
#include <chrono>

#include "extend/v1/split_run_service.grpc.pb.h"
#include "gateway/base/status_code.h"
#include "tests/attacks/calls.h"
#include "tests/support/open_channel.h"
#include "tests/support/percentile.h"

namespace gateway::attacks {
namespace {

using extend::v1::SplitRunService;
using std::chrono::steady_clock;
using std::chrono::system_clock;

constexpr std::chrono::milliseconds kPace{20};
/// A call that takes so long has failed.
constexpr std::chrono::seconds kDeadline{2};

struct CallUnderWay {
  grpc::ClientContext context;
  extend::v1::SplitRun response;
  grpc::Status status;
  std::unique_ptr<grpc::ClientAsyncResponseReader<extend::v1::SplitRun>> reader;
  /// When it was due: a caller that could not keep the pace counts as late.
  steady_clock::time_point begun;
};

}  // namespace

double CallFigures::P99() const {
  constexpr double kShare = 0.99;
  return latencies.empty() ? 0 : Percentile(latencies, kShare);
}

HonestCalls::HonestCalls(std::shared_ptr<grpc::Channel> channel)
    : channel_(std::move(channel)),
      beginner_([this] { Begin(); }),
      collector_([this] { Collect(); }) {}

HonestCalls::~HonestCalls() {
  if (beginner_.joinable()) Finish();
}

CallFigures HonestCalls::Finish() {
  is_over_ = true;
  beginner_.join();
  queue_.Shutdown();
  collector_.join();
  std::ranges::sort(figures_.latencies);
  return std::move(figures_);
}

void HonestCalls::Begin() {
  const auto stub = SplitRunService::NewStub(channel_);
  for (auto next = steady_clock::now(); !is_over_; next += kPace) {
    std::this_thread::sleep_until(next);
    auto call = std::make_unique<CallUnderWay>();
    call->begun = next;
    call->context.set_deadline(system_clock::now() + kDeadline);
    call->reader = stub->AsyncGetSplitRun(&call->context, RequestOfCall(), &queue_);
    CallUnderWay& under_way = *call.release();  // The collector's from here on.
    under_way.reader->Finish(&under_way.response, &under_way.status, &under_way);
  }
}

void HonestCalls::Collect() {
  void* tag = nullptr;
  bool ok = false;
  while (queue_.Next(&tag, &ok)) {
    const std::unique_ptr<CallUnderWay> call(static_cast<CallUnderWay*>(tag));
    const auto elapsed = steady_clock::now() - call->begun;
    figures_.latencies.push_back(std::chrono::duration<double, std::milli>(elapsed).count());
    if (call->status.ok() || figures_.failures++ > 0) continue;
    figures_.first_error = StatusCodeName(call->status.error_code());
  }
}

bool IsServed(const std::string& address, std::chrono::seconds patience) {
  grpc::ClientContext context;
  context.set_deadline(system_clock::now() + patience);
  context.set_wait_for_ready(true);
  extend::v1::SplitRun run;
  return SplitRunService::NewStub(OpenChannel(address))
      ->GetSplitRun(&context, RequestOfCall(), &run)
      .ok();
}

}  // namespace gateway::attacks
