#include "gateway/transcoding/request_binding.h"

#include <optional>
#include <utility>
#include <vector>

#include "gateway/base/header_policy.h"
#include "gateway/json/field_path.h"
#include "gateway/json/field_value.h"
#include "gateway/transcoding/argument_violations.h"
#include "gateway/transcoding/body_binding.h"
#include "gateway/transcoding/path_template.h"
#include "gateway/transcoding/query_binding.h"

namespace gateway {
namespace {

namespace pb = google::protobuf;
using google::api::HttpRule;
using Use = PathTemplate::Use;

// Verb and path template.
std::pair<std::string, std::string> PatternOf(const HttpRule& rule) {
  switch (rule.pattern_case()) {
    case HttpRule::kGet:
      return {"GET", rule.get()};
    case HttpRule::kPut:
      return {"PUT", rule.put()};
    case HttpRule::kPost:
      return {"POST", rule.post()};
    case HttpRule::kDelete:
      return {"DELETE", rule.delete_()};
    case HttpRule::kPatch:
      return {"PATCH", rule.patch()};
    case HttpRule::kCustom:
      return {rule.custom().kind(), rule.custom().path()};
    case HttpRule::PATTERN_NOT_SET:
      break;
  }
  return {};
}

// The field of one of the template's variables.
tl::expected<FieldPath, std::string> ResolveVariable(const std::string& variable,
                                                     const pb::Descriptor& request) {
  const std::string subject = "path variable \"" + variable + "\" ";
  auto field = FieldPath::Resolve(request, variable);
  if (!field || field->field().is_repeated()) {
    return tl::unexpected(subject + "names no singular field of " +
                          std::string(request.full_name()));
  }
  if (!HasPlainText(field->field())) {
    return tl::unexpected(subject + "is a " +
                          std::string(field->field().message_type()->full_name()) +
                          ", which a path cannot hold");
  }
  return field;
}

}  // namespace

class RequestBinding::Impl {
 public:
  // Without the query.
  static tl::expected<std::unique_ptr<Impl>, Errors> Compile(const HttpRule& rule,
                                                             const pb::Descriptor& request, Use use,
                                                             const JsonTables& tables) {
    if (rule.pattern_case() == HttpRule::PATTERN_NOT_SET) {
      return tl::unexpected(Errors{"the HTTP rule must have a verb and a path"});
    }
    Errors errors;
    auto [verb, path_text] = PatternOf(rule);
    // A custom kind may be "*", any verb: that one cannot be sent.
    if (!IsHeaderName(verb) || (verb == "*" && use == Use::kSent)) {
      errors.push_back("the HTTP verb \"" + verb + "\" must be a token that can be sent");
    }
    auto path = PathTemplate::Parse(path_text, use);
    if (!path) {
      errors.push_back(path.error());
      path.emplace();
    }
    std::vector<FieldPath> variables;
    for (const std::string& variable : path->variables()) {
      auto field = ResolveVariable(variable, request);
      if (field) {
        variables.push_back(*std::move(field));
      } else {
        errors.push_back(std::move(field.error()));
      }
    }
    auto body = BodyBinding::Compile(rule.body(), request, tables);
    if (!body) errors.push_back(body.error());
    if (!errors.empty()) return tl::unexpected(std::move(errors));
    return std::unique_ptr<Impl>(
        new Impl(std::move(verb), *std::move(path), std::move(variables), *body, tables));
  }

  // Adds what is neither in path nor in body; returns what cannot be in a query.
  Errors CompileQuery(const pb::Descriptor& request) {
    if (body_.takes_all()) return {};
    std::vector<FieldPath> elsewhere = variables_;
    if (body_.field() != nullptr) {
      elsewhere.push_back(*FieldPath::Resolve(request, body_.field()->name()));
    }
    auto query = QueryBinding::Compile(request, elsewhere, tables_);
    if (!query) return std::move(query.error());
    query_ = *std::move(query);
    return {};
  }

  [[nodiscard]] Result<HttpRequest> Bind(const pb::Message& request) const {
    ArgumentViolations violations;
    HttpRequest out{.verb = verb_, .url = Path(request, violations), .headers = {}, .body = {}};
    query_.Append(request, kMaxUrlBytes, out.url, violations);
    if (out.url.size() > kMaxUrlBytes) {
      violations.Add("",
                     "must not need a URL of more than " + std::to_string(kMaxUrlBytes) + " bytes");
    }
    body_.Write(request, variables_, out, violations);
    if (!violations.empty()) return tl::unexpected(violations.ToStatus());
    return out;
  }

  [[nodiscard]] const std::string& verb() const { return verb_; }

 private:
  Impl(std::string verb, PathTemplate path, std::vector<FieldPath> variables, BodyBinding body,
       const JsonTables& tables)
      : tables_(tables),
        verb_(std::move(verb)),
        path_(std::move(path)),
        variables_(std::move(variables)),
        body_(body) {}

  // Empty if there are violations.
  [[nodiscard]] std::string Path(const pb::Message& request, ArgumentViolations& violations) const {
    std::vector<std::string> values;
    for (const FieldPath& variable : variables_) {
      auto value = PathValue(variable, request);
      if (!value) violations.Add(variable.ToString(), value.error().rule());
      values.push_back(std::move(value).value_or(""));
    }
    if (!violations.empty()) return {};
    auto path = path_.Expand(values);
    if (path) return *std::move(path);
    for (const PathTemplate::Refusal& refusal : path.error()) {
      violations.Add(variables_[refusal.variable].ToString(), refusal.rule);
    }
    return {};
  }

  // Empty, which every template refuses, for a field that has presence and is not set: its default
  // is nothing that the caller has said.
  [[nodiscard]] tl::expected<std::string, JsonError> PathValue(const FieldPath& variable,
                                                               const pb::Message& request) const {
    const pb::Message& holder = variable.Holder(request);
    const pb::FieldDescriptor& field = variable.field();
    if (field.has_presence() && !holder.GetReflection()->HasField(holder, &field)) {
      return std::string();
    }
    return WritePlainText(holder, field, tables_);
  }

  const JsonTables& tables_;
  std::string verb_;
  PathTemplate path_;
  std::vector<FieldPath> variables_;
  BodyBinding body_;
  QueryBinding query_;
};

RequestBinding::RequestBinding(std::unique_ptr<const Impl> impl) : impl_(std::move(impl)) {}
RequestBinding::~RequestBinding() = default;
RequestBinding::RequestBinding(RequestBinding&&) noexcept = default;
RequestBinding& RequestBinding::operator=(RequestBinding&&) noexcept = default;

tl::expected<RequestBinding, Errors> RequestBinding::Compile(const HttpRule& rule,
                                                             const pb::Descriptor& request,
                                                             const JsonTables& tables) {
  auto impl = Impl::Compile(rule, request, Use::kSent, tables);
  Errors errors = impl ? (*impl)->CompileQuery(request) : std::move(impl.error());
  for (int i = 0; i < rule.additional_bindings_size(); ++i) {
    const HttpRule& binding = rule.additional_bindings(i);
    const auto checked = Impl::Compile(binding, request, Use::kOnlyChecked, tables);
    Errors found = checked ? Errors{} : checked.error();
    if (binding.additional_bindings_size() > 0) {
      found.emplace_back("must not have additional bindings of its own");
    }
    for (const std::string& error : found) {
      errors.push_back("additional binding " + std::to_string(i + 1) + ": " + error);
    }
  }
  if (!errors.empty()) return tl::unexpected(std::move(errors));
  return RequestBinding(*std::move(impl));
}

tl::expected<RequestBinding, Errors> RequestBinding::CompileGet(const std::string& path,
                                                                const pb::Descriptor& request,
                                                                const JsonTables& tables) {
  HttpRule rule;
  rule.set_get(path);
  auto impl = Impl::Compile(rule, request, Use::kSent, tables);
  if (!impl) return tl::unexpected(std::move(impl.error()));
  return RequestBinding(*std::move(impl));
}

Result<HttpRequest> RequestBinding::Bind(const pb::Message& request) const {
  return impl_->Bind(request);
}

const std::string& RequestBinding::verb() const { return impl_->verb(); }

}  // namespace gateway
