// What the descriptors say, compiled: one Route for each annotated unary method.
//
// Compiled on one thread at start, then const and thread-safe. All errors are found and returned
// together. The descriptor pool must outlive it.
#pragma once

#include <google/protobuf/descriptor.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/base/result.h"
#include "gateway/json/json_tables.h"
#include "gateway/transcoding/marker_rule.h"
#include "gateway/transcoding/reconcile_rule.h"
#include "gateway/transcoding/request_binding.h"
#include "gateway/transcoding/response_binding.h"
#include "gateway/v1/annotations.pb.h"

namespace gateway {

struct Route {
  const google::protobuf::MethodDescriptor* method = nullptr;
  /// `/package.Service/Method`, as gRPC has it.
  std::string grpc_path;
  RequestBinding request;
  ResponseBinding response;
  google::protobuf::MethodOptions::IdempotencyLevel idempotency =
      google::protobuf::MethodOptions::IDEMPOTENCY_UNKNOWN;
  std::optional<ReconcileRule> reconcile;
  std::optional<MarkerRule> marker;
};

/// A service with at least one route.
struct RoutedService {
  const google::protobuf::ServiceDescriptor* service = nullptr;
  /// `(gateway.v1.upstream)` with the defaults filled in: error_domain is never empty.
  v1::Upstream upstream;
  std::vector<Route> routes;
};

class RouteTable {
 public:
  /// Compiles the annotated methods of `services`. Methods without annotation are left out (see
  /// `unannotated`).
  static RouteTable Compile(
      const std::vector<const google::protobuf::ServiceDescriptor*>& services);

  /// Where there are errors, the table holds the sound routes: it cannot be served, but the
  /// settings of its services can be checked, so that an operator hears of all errors at once.
  [[nodiscard]] const Errors& errors() const { return errors_; }
  [[nodiscard]] const std::vector<RoutedService>& services() const { return services_; }
  /// The full names of the methods without annotation.
  [[nodiscard]] const std::vector<std::string>& unannotated() const { return unannotated_; }
  /// What all routes read and write JSON by.
  [[nodiscard]] const JsonTables& json_tables() const { return *json_tables_; }

 private:
  std::unique_ptr<const JsonTables> json_tables_;
  std::vector<RoutedService> services_;
  std::vector<std::string> unannotated_;
  Errors errors_;
};

}  // namespace gateway
