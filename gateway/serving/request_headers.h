// The headers of a request upstream that do not come from its message: the key, defaults, and the
// caller's metadata that is forwarded. No other metadata is.
//
// Thread-safe: compiled once for a service, then const. The key must outlive it.
#pragma once

#include <grpcpp/support/string_ref.h>

#include <map>
#include <string>
#include <vector>

#include "gateway/base/http_message.h"
#include "gateway/base/result.h"
#include "gateway/config/config.h"
#include "gateway/credentials/credentials.h"
#include "gateway/telemetry/trace_context.h"
#include "gateway/v1/annotations.pb.h"

namespace gateway {

/// A caller's metadata, as gRPC has it.
using CallerMetadata = std::multimap<grpc::string_ref, grpc::string_ref>;

/// The first value of a key.
std::optional<std::string_view> FindMetadata(const CallerMetadata& metadata,
                                             const std::string& key);

class RequestHeaders {
 public:
  /// `key` is used with Auth::kGateway only, which needs it. The errors are those of names and
  /// values.
  static tl::expected<RequestHeaders, Errors> Compile(const v1::Upstream& upstream,
                                                      const Config& config,
                                                      const Authorization* key);

  /// Fails with UNAUTHENTICATED if a caller's `authorization` is needed and missing, and with
  /// INVALID_ARGUMENT for a value that is no header value: the message names the metadata key and
  /// the rule.
  [[nodiscard]] Result<Headers> For(const CallerMetadata& metadata,
                                    const TraceContext& trace) const;

 private:
  enum class Repeated { kFirst, kJoined };
  struct Forwarded {
    std::string name;
    Repeated repeated = Repeated::kFirst;
    /// A part of a trace, which means nothing without the trace's own `traceparent`.
    bool needs_trace = false;
  };
  struct Default {
    std::string name;
    std::string value;
    bool caller_may_override = false;
  };

  RequestHeaders() = default;
  Errors AddDefaults(const v1::Upstream& upstream, const Config& config);
  Errors AddForwarded(const Config& config);

  Auth auth_ = Auth::kCaller;
  const Authorization* key_ = nullptr;
  Headers fixed_;
  std::vector<Default> defaults_;
  std::vector<Forwarded> forwarded_;
};

}  // namespace gateway
