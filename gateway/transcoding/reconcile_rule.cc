#include "gateway/transcoding/reconcile_rule.h"

#include <google/api/annotations.pb.h>

#include <algorithm>
#include <iterator>
#include <string_view>

#include "gateway/base/ascii.h"
#include "gateway/json/enum_names.h"

namespace gateway {
namespace {

namespace pb = google::protobuf;

// What google.rpc.ErrorInfo.reason can be.
constexpr std::size_t kMaxReason = 63;
bool IsReason(std::string_view reason) {
  return !reason.empty() && reason.size() <= kMaxReason && IsUpper(reason.front()) &&
         reason.back() != '_' &&
         std::ranges::all_of(reason, [](char c) { return IsUpper(c) || IsDigit(c) || c == '_'; });
}

std::string UpperSnake(std::string_view text) {
  std::string upper;
  std::ranges::transform(text, std::back_inserter(upper),
                         [](char c) { return IsAlphanumeric(c) ? ToUpper(c) : '_'; });
  return upper;
}

using States = std::unordered_map<std::string, ResourceState>;

const pb::FieldDescriptor* FindField(const v1::Reconcile& rule, const pb::Descriptor& response,
                                     Errors& faults) {
  const pb::FieldDescriptor* const field = response.FindFieldByName(rule.field());
  const bool fits =
      field != nullptr && !field->is_repeated() &&
      (field->enum_type() != nullptr || field->type() == pb::FieldDescriptor::TYPE_STRING);
  if (fits) return field;
  faults.push_back("field \"" + rule.field() + "\" names no singular enum or string field of " +
                   response.full_name());
  return nullptr;
}

// The spelling that is told to callers; empty if `state` is nothing that an answer can show. An
// enum's zero is none: it is what values that we do not know are read as.
std::string Canonical(const std::string& state, const pb::FieldDescriptor& field) {
  if (field.enum_type() == nullptr) return state;
  const auto names = EnumJsonNames(*field.enum_type());
  const auto known = names.find(state);
  if (known == names.end() || known->second == 0) return {};
  return EnumJsonName(*field.enum_type()->FindValueByNumber(known->second));
}

States CompileStates(const v1::Reconcile& rule, const pb::FieldDescriptor& field, Errors& faults) {
  States states;
  const auto add = [&](const std::string& state, ResourceState meaning) {
    std::string canonical = Canonical(state, field);
    if (canonical.empty()) {
      faults.push_back("state \"" + state + "\" is none that an answer can show in " +
                       field.full_name());
    } else if (!states.emplace(std::move(canonical), meaning).second) {
      faults.push_back("state \"" + state + "\" is listed twice");
    }
  };
  add(rule.done(), ResourceState::kDone);
  for (const std::string& state : rule.pending()) add(state, ResourceState::kPending);
  for (const std::string& state : rule.finished()) add(state, ResourceState::kFinished);
  return states;
}

// `reason`, or `otherwise` if that is empty.
std::string CompileReason(const char* option, const std::string& reason,
                          const std::string& otherwise, Errors& faults) {
  std::string chosen = reason.empty() ? otherwise : reason;
  if (!IsReason(chosen)) {
    faults.push_back(std::string(option) + " \"" + chosen +
                     "\" must be UPPER_SNAKE_CASE of at most " + std::to_string(kMaxReason) +
                     " characters");
  }
  return chosen;
}

}  // namespace

tl::expected<ReconcileRule, Errors> ReconcileRule::Compile(const v1::Reconcile& rule,
                                                           const pb::MethodDescriptor& method,
                                                           const JsonTables& tables) {
  const pb::Descriptor& response = *method.output_type();
  Errors faults;
  // The call is answered with what the GET has read, so both must have the same shape.
  if (!method.options().GetExtension(google::api::http).response_body().empty()) {
    faults.emplace_back("the method must not have a response_body");
  }
  auto get = RequestBinding::CompileGet(rule.get(), *method.input_type(), tables);
  if (!get) faults.insert(faults.end(), get.error().begin(), get.error().end());
  const pb::FieldDescriptor* const field = FindField(rule, response, faults);
  States states = field == nullptr ? States() : CompileStates(rule, *field, faults);
  std::string done_reason = CompileReason("done_reason", rule.done_reason(),
                                          "ALREADY_" + UpperSnake(rule.done()), faults);
  std::string finished_reason =
      CompileReason("finished_reason", rule.finished_reason(), "FAILED_PRECONDITION", faults);
  if (!faults.empty()) return tl::unexpected(std::move(faults));

  ReconcileRule compiled(*std::move(get));
  compiled.messages_ = std::make_unique<pb::DynamicMessageFactory>();
  compiled.prototype_ = compiled.messages_->GetPrototype(&response);
  compiled.field_ = field;
  compiled.states_ = std::move(states);
  compiled.done_reason_ = std::move(done_reason);
  compiled.finished_reason_ = std::move(finished_reason);
  return compiled;
}

ReconcileRule::Reading ReconcileRule::Read(const HttpResponse& answer,
                                           const ResponseBinding& response) const {
  if (answer.status < 200 || answer.status > 299) return {};
  const Result<std::string> wire_bytes = response.Read(answer, {});
  if (!wire_bytes) return {};
  std::string name = StateIn(*wire_bytes);
  const auto known = states_.find(name);
  if (known == states_.end()) return {};
  return {.state = known->second, .name = std::move(name)};
}

std::string ReconcileRule::StateIn(const std::string& wire_bytes) const {
  const std::unique_ptr<pb::Message> message(prototype_->New());
  if (!message->ParsePartialFromString(wire_bytes)) return {};
  const pb::Reflection& reflection = *message->GetReflection();
  if (field_->enum_type() == nullptr) return reflection.GetString(*message, field_);
  const pb::EnumValueDescriptor* const value =
      field_->enum_type()->FindValueByNumber(reflection.GetEnumValue(*message, field_));
  return value == nullptr ? std::string() : EnumJsonName(*value);
}

}  // namespace gateway
