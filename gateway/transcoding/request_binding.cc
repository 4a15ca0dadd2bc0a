#include "gateway/transcoding/request_binding.h"

#include <optional>
#include <utility>
#include <vector>

#include "gateway/base/header_policy.h"
#include "gateway/json/field_path.h"
#include "gateway/json/json_writer.h"
#include "gateway/transcoding/argument_violations.h"
#include "gateway/transcoding/body_binding.h"
#include "gateway/transcoding/json_violation.h"
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

// The fields of the template's variables.
std::vector<FieldPath> ResolveVariables(const PathTemplate& path, const pb::Descriptor& request,
                                        Errors& faults) {
  std::vector<FieldPath> fields;
  for (const std::string& variable : path.variables()) {
    const std::string subject = "path variable \"" + variable + "\" ";
    auto field = FieldPath::Resolve(request, variable);
    if (!field || field->field().is_repeated()) {
      faults.push_back(subject + "names no singular field of " + request.full_name());
    } else if (!HasPlainText(field->field())) {
      faults.push_back(subject + "is a " + field->field().message_type()->full_name() +
                       ", which a path cannot hold");
    } else {
      fields.push_back(std::move(*field));
    }
  }
  return fields;
}

}  // namespace

class RequestBinding::Impl {
 public:
  // Appends to `faults` what is wrong; nothing is returned then.
  static std::unique_ptr<Impl> Compile(const HttpRule& rule, const pb::Descriptor& request, Use use,
                                       Errors& faults) {
    if (rule.pattern_case() == HttpRule::PATTERN_NOT_SET) {
      faults.emplace_back("the HTTP rule must have a verb and a path");
      return nullptr;
    }
    auto [verb, path_text] = PatternOf(rule);
    // A custom kind may be "*", any verb: that one cannot be sent.
    if (!IsHeaderName(verb) || (verb == "*" && use == Use::kSent)) {
      faults.push_back("the HTTP verb \"" + verb + "\" must be a token that can be sent");
    }
    auto path = PathTemplate::Parse(path_text, use);
    if (!path) {
      faults.push_back(path.error());
      path.emplace();
    }
    std::vector<FieldPath> variables = ResolveVariables(*path, request, faults);
    auto body = BodyBinding::Compile(rule.body(), request);
    if (!body) faults.push_back(body.error());
    if (!faults.empty()) return nullptr;
    return std::unique_ptr<Impl>(
        new Impl(std::move(verb), *std::move(path), std::move(variables), *body));
  }

  // Adds what is neither in path nor in body.
  void CompileQuery(const pb::Descriptor& request, Errors& faults) {
    if (body_.takes_all()) return;
    std::vector<FieldPath> elsewhere = variables_;
    if (body_.field() != nullptr) {
      elsewhere.push_back(*FieldPath::Resolve(request, body_.field()->name()));
    }
    auto query = QueryBinding::Compile(request, elsewhere);
    if (query) {
      query_ = *std::move(query);
    } else {
      faults = std::move(query.error());
    }
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
  Impl(std::string verb, PathTemplate path, std::vector<FieldPath> variables, BodyBinding body)
      : verb_(std::move(verb)),
        path_(std::move(path)),
        variables_(std::move(variables)),
        body_(body) {}

  // Empty if there are violations.
  [[nodiscard]] std::string Path(const pb::Message& request, ArgumentViolations& violations) const {
    std::vector<std::string> values;
    for (const FieldPath& variable : variables_) {
      Result<std::string> value = PathValue(variable, request);
      if (!value) violations.Add(variable.ToString(), RuleOf(value.error()));
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
  static Result<std::string> PathValue(const FieldPath& variable, const pb::Message& request) {
    const pb::Message& holder = variable.Holder(request);
    const pb::FieldDescriptor& field = variable.field();
    if (field.has_presence() && !holder.GetReflection()->HasField(holder, &field)) {
      return std::string();
    }
    return WritePlainText(holder, field);
  }

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
                                                             const pb::Descriptor& request) {
  Errors faults;
  auto impl = Impl::Compile(rule, request, Use::kSent, faults);
  if (impl) impl->CompileQuery(request, faults);
  for (int i = 0; i < rule.additional_bindings_size(); ++i) {
    const HttpRule& binding = rule.additional_bindings(i);
    Errors found;
    Impl::Compile(binding, request, Use::kOnlyChecked, found);
    if (binding.additional_bindings_size() > 0) {
      found.emplace_back("must not have additional bindings of its own");
    }
    for (const std::string& fault : found) {
      faults.push_back("additional binding " + std::to_string(i + 1) + ": " + fault);
    }
  }
  if (!faults.empty()) return tl::unexpected(std::move(faults));
  return RequestBinding(std::move(impl));
}

tl::expected<RequestBinding, Errors> RequestBinding::CompileGet(const std::string& path,
                                                                const pb::Descriptor& request) {
  HttpRule rule;
  rule.set_get(path);
  Errors faults;
  auto impl = Impl::Compile(rule, request, Use::kSent, faults);
  if (!impl) return tl::unexpected(std::move(faults));
  return RequestBinding(std::move(impl));
}

Result<HttpRequest> RequestBinding::Bind(const pb::Message& request) const {
  return impl_->Bind(request);
}

const std::string& RequestBinding::verb() const { return impl_->verb(); }

}  // namespace gateway
