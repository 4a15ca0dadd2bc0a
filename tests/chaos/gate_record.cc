#include "tests/chaos/gate_record.h"

#include <algorithm>
#include <charconv>

#include "gateway/base/mutex.h"

namespace gateway::chaos {

void GateRecord::CountResponse(const std::string& verb, int status) {
  const MutexLock lock(&mutex_);
  ++responses_[{verb, status}];
}

GateRecord::Fate& GateRecord::SlotOf(const std::string& call) {
  // Calls are numbered: those that run at the same time have neighbouring slots.
  std::size_t number = 0;
  const char* const digits = call.data() + std::min(call.find_first_of("0123456789"), call.size());
  std::from_chars(digits, call.data() + call.size(), number);
  CallFate& slot = fates_[number % fates_.size()];
  if (slot.call != call) slot = {.call = call, .fate = {}};
  return slot.fate;
}

void GateRecord::Receive(const std::string& call, FaultKind fault) {
  const MutexLock lock(&mutex_);
  Fate& fate = SlotOf(call);
  ++fate.requests;
  fate.touched = fate.touched || fault != FaultKind::kNone;
}

void GateRecord::FailReads(const std::string& call, int reads) {
  const MutexLock lock(&mutex_);
  SlotOf(call).failing_reads = reads;
}

bool GateRecord::TakeFailingRead(const std::string& call) {
  const MutexLock lock(&mutex_);
  Fate& fate = SlotOf(call);
  if (fate.failing_reads == 0) return false;
  --fate.failing_reads;
  return true;
}

void GateRecord::UseStale(const std::string& call, bool raced) {
  const MutexLock lock(&mutex_);
  SlotOf(call).touched = true;
  if (raced) {
    SlotOf(call).raced = true;
    ++raced_;
  } else {
    stale_uses_.push_back(call);
  }
}

std::vector<std::string> GateRecord::stale_uses() {
  const MutexLock lock(&mutex_);
  return stale_uses_;
}

void GateRecord::Touch(const std::string& call) {
  const MutexLock lock(&mutex_);
  SlotOf(call).touched = true;
}

void GateRecord::Remember(Event event) {
  const MutexLock lock(&mutex_);
  events_[next_event_] = std::move(event);
  next_event_ = (next_event_ + 1) % events_.size();
}

std::uint64_t GateRecord::Count(FaultKind kind) const {
  return counts_.at(static_cast<std::size_t>(kind));
}

GateRecord::Responses GateRecord::responses() {
  const MutexLock lock(&mutex_);
  return responses_;
}

GateRecord::Fate GateRecord::FateOf(const std::string& call) {
  const MutexLock lock(&mutex_);
  return SlotOf(call);
}

std::string GateRecord::HistoryOf(const std::string& call) {
  std::string text;
  const MutexLock lock(&mutex_);
  for (std::size_t i = 0; i < events_.size(); ++i) {
    const Event& event = events_[(next_event_ + i) % events_.size()];
    if (event.call != call) continue;
    text += " [" + event.verb + ": " + std::string(NameOf(event.fault));
    if (event.processed != 0) text += ", processed as " + std::to_string(event.processed);
    if (event.instead != 0) text += ", responded " + std::to_string(event.instead);
    text += "]";
  }
  return text;
}

}  // namespace gateway::chaos
