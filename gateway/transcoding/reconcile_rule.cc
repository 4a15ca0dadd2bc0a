#include "gateway/transcoding/reconcile_rule.h"

#include <google/api/annotations.pb.h>

#include <algorithm>
#include <iterator>
#include <string_view>

#include "gateway/base/ascii.h"
#include "gateway/json/enum_names.h"
#include "gateway/transcoding/status_details.h"

namespace gateway {
namespace {

namespace pb = google::protobuf;

using States = std::unordered_map<std::string, ResourceState>;

std::string UpperSnake(std::string_view text) {
  std::string upper;
  std::ranges::transform(text, std::back_inserter(upper),
                         [](char c) { return IsAlphanumeric(c) ? ToUpper(c) : '_'; });
  return upper;
}

/// Collects the errors of steps that are independent of each other.
class Collector {
 public:
  void Add(std::string error) { errors_.push_back(std::move(error)); }
  /// The step's value; a default one if it has failed.
  template <class T>
  T Take(tl::expected<T, Errors> step) {
    if (step) return *std::move(step);
    errors_.insert(errors_.end(), step.error().begin(), step.error().end());
    return T{};
  }
  [[nodiscard]] const Errors& errors() const { return errors_; }

 private:
  Errors errors_;
};

tl::expected<const pb::FieldDescriptor*, Errors> FindField(const v1::Reconcile& rule,
                                                           const pb::Descriptor& response) {
  const pb::FieldDescriptor* const field = response.FindFieldByName(rule.field());
  const bool fits =
      field != nullptr && !field->is_repeated() &&
      (field->enum_type() != nullptr || field->type() == pb::FieldDescriptor::TYPE_STRING);
  if (fits) return field;
  return tl::unexpected(Errors{"field \"" + rule.field() +
                               "\" names no singular enum or string field of " +
                               std::string(response.full_name())});
}

/// The spelling that callers see; empty if `state` is nothing that a response can show. An enum's
/// zero is none: it is what values that we do not know are read as.
std::string Canonical(const std::string& state, const pb::FieldDescriptor& field) {
  if (field.enum_type() == nullptr) return state;
  const auto names = EnumJsonNames(*field.enum_type());
  const auto known = names.find(state);
  if (known == names.end() || known->second == 0) return {};
  return EnumJsonName(*field.enum_type()->FindValueByNumber(known->second));
}

tl::expected<States, Errors> CompileStates(const v1::Reconcile& rule,
                                           const pb::FieldDescriptor& field) {
  States states;
  Errors errors;
  const auto add = [&](const std::string& state, ResourceState meaning) {
    std::string canonical = Canonical(state, field);
    if (canonical.empty()) {
      errors.push_back("state \"" + state + "\" is none that a response can show in " +
                       std::string(field.full_name()));
    } else if (!states.emplace(std::move(canonical), meaning).second) {
      errors.push_back("state \"" + state + "\" is listed twice");
    }
  };
  add(rule.done(), ResourceState::kDone);
  for (const std::string& state : rule.accepted()) add(state, ResourceState::kDone);
  for (const std::string& state : rule.pending()) add(state, ResourceState::kPending);
  for (const std::string& state : rule.finished()) add(state, ResourceState::kFinished);
  if (!errors.empty()) return tl::unexpected(std::move(errors));
  return states;
}

/// `reason`, or `otherwise` if that is empty.
tl::expected<std::string, Errors> CompileReason(const char* option, const std::string& reason,
                                                const std::string& otherwise) {
  std::string chosen = reason.empty() ? otherwise : reason;
  if (IsErrorReason(chosen)) return chosen;
  return tl::unexpected(Errors{std::string(option) + " \"" + chosen +
                               "\" must be UPPER_SNAKE_CASE of at most 63 characters"});
}

}  // namespace

tl::expected<ReconcileRule, Errors> ReconcileRule::Compile(const v1::Reconcile& rule,
                                                           const pb::MethodDescriptor& method,
                                                           const JsonTables& tables) {
  const pb::Descriptor& response = *method.output_type();
  Collector collector;
  // The call gets what the GET has read, so both must have the same shape.
  if (!method.options().GetExtension(google::api::http).response_body().empty()) {
    collector.Add("the method must not have a response_body");
  }
  auto get = RequestBinding::CompileGet(rule.get(), *method.input_type(), tables);
  if (!get) {
    for (const std::string& error : get.error()) collector.Add(error);
  }
  const pb::FieldDescriptor* const field = collector.Take(FindField(rule, response));
  States states = field == nullptr ? States() : collector.Take(CompileStates(rule, *field));
  std::string done_reason = collector.Take(
      CompileReason("done_reason", rule.done_reason(), "ALREADY_" + UpperSnake(rule.done())));
  std::string finished_reason = collector.Take(
      CompileReason("finished_reason", rule.finished_reason(), "FAILED_PRECONDITION"));
  if (!collector.errors().empty()) return tl::unexpected(collector.errors());

  ReconcileRule compiled(*std::move(get));
  compiled.messages_ = std::make_unique<pb::DynamicMessageFactory>();
  compiled.prototype_ = compiled.messages_->GetPrototype(&response);
  compiled.field_ = field;
  compiled.states_ = std::move(states);
  compiled.done_reason_ = std::move(done_reason);
  compiled.finished_reason_ = std::move(finished_reason);
  return compiled;
}

Resource ReconcileRule::Read(HttpResponse& response, const ResponseBinding& binding,
                             const JsonReadOptions& options) const {
  if (!IsSuccess(response.status)) return {};
  Result<std::string> message = binding.ReadAndFree(response, options);
  if (!message) return {};
  std::string name = StateIn(*message);
  const auto known = states_.find(name);
  if (known == states_.end()) return {};
  return {.state = known->second, .state_name = std::move(name), .message = *std::move(message)};
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
