// What an upstream's response means for the call: found by the layer that reads bodies
// (transcoding), used by the layer that retries requests (upstream), and passed on to the caller.
//
// Plain data.
#pragma once

#include <optional>
#include <string>

#include "gateway/base/deadline.h"
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

}  // namespace gateway
