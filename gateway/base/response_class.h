// What an upstream's response means for the call: found by the layer that reads bodies
// (transcoding), used by the layer that retries requests (upstream), and passed on to the caller.
//
// Plain data, and the interface between the two layers.
#pragma once

#include <optional>
#include <string>

#include "gateway/base/deadline.h"
#include "gateway/base/http_message.h"
#include "gateway/base/result.h"

namespace gateway {

/// What is known of the work that a call asked for.
enum class Outcome {
  kNone,     ///< Nothing was done.
  kUnknown,  ///< A request may have arrived, and nobody has said what it did.
  kDone,     ///< A success was received, though its content may be lost.
};

/// What the body of an error response says. What it does not say is empty.
struct ErrorBody {
  std::string code;     ///< A reason of google.rpc.ErrorInfo, else empty.
  std::string message;  ///< Valid UTF-8, as long as it came.
  std::optional<bool> retryable;
  std::string request_id;
  std::string doc_url;
  std::string run_id;
};

/// A response to the call's own request.
struct ResponseClass {
  bool success = false;
  /// The response maps to UNAVAILABLE after the body's own word on `retryable`.
  bool unavailable = false;
  /// HTTP 429.
  bool rate_limited = false;
  /// What the headers ask to wait.
  std::optional<Clock::duration> retry_after;
  /// The error body of a response that is no success.
  ErrorBody error_body{};
  /// The wire bytes of a success's response message, or why they cannot be given.
  Result<std::string> message{};
};

/// The state of the resource that a reconciling GET has read.
enum class ResourceState {
  kUnknown,   ///< The GET failed, or shows no state that the rule names.
  kPending,   ///< The call may still succeed.
  kDone,      ///< What the call asks for is so, or accepted.
  kFinished,  ///< The call can no longer succeed.
};

/// A resource, as a reconciling GET has read it.
struct Resource {
  ResourceState state = ResourceState::kUnknown;
  /// The state in REST spelling; empty with kUnknown.
  std::string state_name;
  /// The wire bytes of the response message; empty with kUnknown.
  std::string message;
};

/// Says what responses mean. Thread-safe: one per route, it outlives all calls.
class ResponseClassifier {
 public:
  virtual ~ResponseClassifier() = default;
  /// Reads a response to the call's own request, once. A large body may be gone afterwards.
  [[nodiscard]] virtual ResponseClass Classify(HttpResponse& response) const = 0;
  /// Reads a success of the reconciling GET in the same way.
  [[nodiscard]] virtual Resource ReadResource(HttpResponse& response) const = 0;
  /// Looks for the resource with that marker in a success of the list, and reads it as a response
  /// to the call's own request: wire bytes.
  [[nodiscard]] virtual std::optional<std::string> FindMarked(HttpResponse& response,
                                                              const std::string& marker) const = 0;
  /// Whether a response that may be cut must be taken for cut, as it lacks what it should have.
  [[nodiscard]] virtual bool IsCut(const HttpResponse& response) const = 0;
};

}  // namespace gateway
