#include "gateway/transcoding/route_table.h"

#include <fmt/format.h>
#include <google/api/annotations.pb.h>

#include <utility>

#include "gateway/transcoding/upstream_option.h"

namespace gateway {
namespace {

namespace pb = google::protobuf;

// Collects the errors of one thing, each under its name.
class ErrorsOf {
 public:
  explicit ErrorsOf(std::string subject) : subject_(std::move(subject)) {}

  void Add(const std::string& error) { errors_.push_back(subject_ + ": " + error); }
  void AddAll(const char* part, const Errors& errors) {
    for (const std::string& error : errors) Add(part + error);
  }
  [[nodiscard]] const Errors& errors() const { return errors_; }

 private:
  std::string subject_;
  Errors errors_;
};

void Append(const ErrorsOf& more, Errors* errors) {
  errors->insert(errors->end(), more.errors().begin(), more.errors().end());
}

std::string NameOf(const pb::MethodDescriptor& method) {
  return fmt::format("{}/{}", method.service()->full_name(), method.name());
}

// A route, if there is one with errors or without, and the errors.
std::pair<std::optional<Route>, ErrorsOf> CompileRoute(const pb::MethodDescriptor& method,
                                                       const JsonTables& tables) {
  ErrorsOf errors(NameOf(method));
  const auto& options = method.options();
  if (method.client_streaming() || method.server_streaming()) {
    errors.Add("a streaming method cannot be served over HTTP/JSON yet");
  }
  const auto& rule = options.GetExtension(google::api::http);
  auto request = RequestBinding::Compile(rule, *method.input_type(), tables);
  if (!request) errors.AddAll("", request.error());
  auto response = ResponseBinding::Compile(*method.output_type(), rule.response_body(), tables);
  if (!response) errors.Add(response.error());
  for (int i = 0; i < rule.additional_bindings_size(); ++i) {
    const std::string& body = rule.additional_bindings(i).response_body();
    if (body.empty()) continue;
    const auto unused = ResponseBinding::Compile(*method.output_type(), body, tables);
    if (!unused) {
      errors.Add("additional binding " + std::to_string(i + 1) + ": " + unused.error());
    }
  }
  std::optional<ReconcileRule> reconcile;
  if (options.HasExtension(v1::reconcile)) {
    auto compiled = ReconcileRule::Compile(options.GetExtension(v1::reconcile), method, tables);
    if (compiled) {
      reconcile = *std::move(compiled);
    } else {
      errors.AddAll("reconcile: ", compiled.error());
    }
  }
  std::optional<MarkerRule> marker;
  if (options.HasExtension(v1::marker)) {
    auto compiled = MarkerRule::Compile(options.GetExtension(v1::marker), method, tables);
    if (compiled) {
      marker = *std::move(compiled);
    } else {
      errors.AddAll("marker: ", compiled.error());
    }
  }
  if (!request || !response) return {std::nullopt, std::move(errors)};
  return {Route{.method = &method,
                .grpc_path = "/" + NameOf(method),
                .request = *std::move(request),
                .response = *std::move(response),
                .idempotency = options.idempotency_level(),
                .reconcile = std::move(reconcile),
                .marker = std::move(marker)},
          std::move(errors)};
}

// Where the types are that Any values name.
const pb::DescriptorPool& PoolOf(const std::vector<const pb::ServiceDescriptor*>& services) {
  return services.empty() ? *pb::DescriptorPool::generated_pool()
                          : *services.front()->file()->pool();
}

}  // namespace

RouteTable RouteTable::Compile(const std::vector<const pb::ServiceDescriptor*>& services) {
  RouteTable table;
  table.json_tables_ = std::make_unique<const JsonTables>(PoolOf(services));
  for (const pb::ServiceDescriptor* service : services) {
    RoutedService routed{.service = service, .upstream = {}, .routes = {}};
    bool annotated = false;
    for (int i = 0; i < service->method_count(); ++i) {
      const pb::MethodDescriptor& method = *service->method(i);
      if (!method.options().HasExtension(google::api::http)) {
        table.unannotated_.emplace_back(method.full_name());
        ErrorsOf errors(NameOf(method));
        if (method.options().HasExtension(v1::reconcile)) {
          errors.Add("gateway.v1.reconcile needs google.api.http");
        }
        if (method.options().HasExtension(v1::marker)) {
          errors.Add("gateway.v1.marker needs google.api.http");
        }
        Append(errors, &table.errors_);
        continue;
      }
      annotated = true;
      auto [route, errors] = CompileRoute(method, *table.json_tables_);
      if (route) routed.routes.push_back(*std::move(route));
      Append(errors, &table.errors_);
    }
    if (!annotated) continue;
    auto upstream = CompileUpstream(*service);
    if (upstream) {
      routed.upstream = *std::move(upstream);
      table.services_.push_back(std::move(routed));
    } else {
      ErrorsOf errors{std::string(service->full_name())};
      errors.AddAll("upstream: ", upstream.error());
      Append(errors, &table.errors_);
    }
  }
  return table;
}

}  // namespace gateway
