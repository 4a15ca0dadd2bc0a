#include "gateway/transcoding/route_table.h"

#include <google/api/annotations.pb.h>

#include <utility>

#include "gateway/transcoding/upstream_option.h"

namespace gateway {
namespace {

namespace pb = google::protobuf;

// Errors of one thing, each under its name.
class FaultsOf {
 public:
  FaultsOf(std::string subject, Errors& faults) : subject_(std::move(subject)), faults_(faults) {}

  void Add(const std::string& fault) { faults_.push_back(subject_ + ": " + fault); }
  void AddAll(const char* part, const Errors& faults) {
    for (const std::string& fault : faults) Add(part + fault);
  }

 private:
  std::string subject_;
  Errors& faults_;
};

std::string NameOf(const pb::MethodDescriptor& method) {
  return method.service()->full_name() + "/" + method.name();
}

std::optional<Route> CompileRoute(const pb::MethodDescriptor& method, Errors& all_faults) {
  FaultsOf faults(NameOf(method), all_faults);
  const auto& options = method.options();
  if (method.client_streaming() || method.server_streaming()) {
    faults.Add("a streaming method cannot be served over HTTP/JSON yet");
  }
  const auto& rule = options.GetExtension(google::api::http);
  auto request = RequestBinding::Compile(rule, *method.input_type());
  if (!request) faults.AddAll("", request.error());
  auto response = ResponseBinding::Compile(*method.output_type(), rule.response_body());
  if (!response) faults.Add(response.error());
  for (int i = 0; i < rule.additional_bindings_size(); ++i) {
    const std::string& body = rule.additional_bindings(i).response_body();
    if (body.empty()) continue;
    const auto unused = ResponseBinding::Compile(*method.output_type(), body);
    if (!unused) {
      faults.Add("additional binding " + std::to_string(i + 1) + ": " + unused.error());
    }
  }
  std::optional<ReconcileRule> reconcile;
  if (options.HasExtension(v1::reconcile)) {
    auto compiled = ReconcileRule::Compile(options.GetExtension(v1::reconcile), method);
    if (compiled) {
      reconcile = *std::move(compiled);
    } else {
      faults.AddAll("reconcile: ", compiled.error());
    }
  }
  std::optional<MarkerRule> marker;
  if (options.HasExtension(v1::marker)) {
    auto compiled = MarkerRule::Compile(options.GetExtension(v1::marker), method);
    if (compiled) {
      marker = *std::move(compiled);
    } else {
      faults.AddAll("marker: ", compiled.error());
    }
  }
  if (!request || !response) return std::nullopt;
  return Route{.method = &method,
               .grpc_path = "/" + NameOf(method),
               .request = *std::move(request),
               .response = *std::move(response),
               .idempotency = options.idempotency_level(),
               .reconcile = std::move(reconcile),
               .marker = std::move(marker)};
}

}  // namespace

RouteTable RouteTable::Compile(const std::vector<const pb::ServiceDescriptor*>& services,
                               Errors& faults) {
  RouteTable table;
  for (const pb::ServiceDescriptor* service : services) {
    RoutedService routed{.service = service, .upstream = {}, .routes = {}};
    bool annotated = false;
    for (int i = 0; i < service->method_count(); ++i) {
      const pb::MethodDescriptor& method = *service->method(i);
      if (!method.options().HasExtension(google::api::http)) {
        table.unannotated_.push_back(method.full_name());
        if (method.options().HasExtension(v1::reconcile)) {
          FaultsOf(NameOf(method), faults).Add("gateway.v1.reconcile needs google.api.http");
        }
        continue;
      }
      annotated = true;
      if (auto route = CompileRoute(method, faults)) routed.routes.push_back(*std::move(route));
    }
    if (!annotated) continue;
    auto upstream = CompileUpstream(*service);
    if (upstream) {
      routed.upstream = *std::move(upstream);
      table.services_.push_back(std::move(routed));
    } else {
      FaultsOf(service->full_name(), faults).AddAll("upstream: ", upstream.error());
    }
  }
  return table;
}

}  // namespace gateway
