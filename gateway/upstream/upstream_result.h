// How one call to an upstream ended. Plain data, made on a loop thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "gateway/base/deadline.h"
#include "gateway/base/http_message.h"
#include "gateway/base/response_class.h"

namespace gateway {

enum class Conclusion {
  kLastAttempt,       ///< `result` says it: a success, an error response or a transport error.
  kConfirmed,         ///< Reconciled: this call may have done it. `resource` is what the GET read.
  kAlreadyDone,       ///< Reconciled: it was done, and not by this call.
  kFinished,          ///< Reconciled: the resource is in another final state.
  kDeletedBefore,     ///< DELETE met 404 after an attempt that may have arrived: a success.
  kDeadlineExceeded,  ///< The deadline passed, wherever the call was.
  kFound,             ///< Searched: `resource` has the call's marker.
  kCancelled,         ///< By Cancel.
  kDraining,          ///< By the end of the drain.
};

struct UpstreamResult {
  Conclusion conclusion = Conclusion::kLastAttempt;
  /// The result of the last attempt of the call's own request; nothing if none ended.
  std::optional<HttpResult> result;
  /// What the response in `result` means; the default for a transport error.
  ResponseClass response_class;
  /// The response to the read, and what it shows: for kConfirmed, kAlreadyDone and kFinished; with
  /// kFound that of the list, and the resource in it.
  std::optional<HttpResponse> resource_response;
  Resource resource;
  /// Attempts begun of the call's own request.
  int attempts = 0;
  /// A wait that was not begun because it would outlive the deadline, or what the response asks a
  /// later call to wait: goes out as RetryInfo.
  std::optional<Clock::duration> retry_after;
  /// What is known of the work that the call asked for.
  Outcome outcome = Outcome::kNone;
  /// What the resource of a create can be found by, if there may be one; empty: nothing.
  std::string marker;
  /// Time in transfers, waits not included.
  std::chrono::nanoseconds upstream_time{0};

  /// The last attempt's response, or null.
  [[nodiscard]] const HttpResponse* response() const {
    return result ? result->response() : nullptr;
  }
};

}  // namespace gateway
