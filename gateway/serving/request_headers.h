// The headers of a request upstream that do not come from its message: key, defaults, and what of
// the caller's metadata is passed on. Nothing else of the caller's ever is.
//
// Compiled once for a service, then const and thread-safe; the key must outlive it.
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
  /// `key` is used with Auth::kGateway only. Adds to `faults` what is wrong with names and values.
  static RequestHeaders Compile(const v1::Upstream& upstream, const Config& config,
                                const Authorization* key, Errors& faults);

  /// Fails with UNAUTHENTICATED for want of a caller's `authorization`, and with INVALID_ARGUMENT
  /// for a value that is no header value: the message names the metadata key and the rule.
  [[nodiscard]] Result<Headers> For(const CallerMetadata& metadata,
                                    const TraceContext& trace) const;

 private:
  enum class Repeated { kFirst, kJoined };
  struct Forwarded {
    std::string name;
    Repeated repeated = Repeated::kFirst;
    /// Part of a trace: means nothing without the trace's own `traceparent`.
    bool needs_trace = false;
  };
  struct Default {
    std::string name;
    std::string value;
    bool caller_may_override = false;
  };

  RequestHeaders() = default;
  void AddDefaults(const v1::Upstream& upstream, const Config& config, Errors& faults);
  void AddForwarded(const Config& config, Errors& faults);

  Auth auth_ = Auth::kCaller;
  const Authorization* key_ = nullptr;
  Headers fixed_;
  std::vector<Default> defaults_;
  std::vector<Forwarded> forwarded_;
};

}  // namespace gateway
