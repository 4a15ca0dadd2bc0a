// What happens to a call on its way to an upstream, as metrics name it.
#pragma once

namespace gateway {

/// Why an attempt was followed by another.
enum class RetryReason { kStatus, kTransport, kTimeout, kRateLimited };

/// What a reconciling GET has led to.
enum class ReconcileOutcome { kConfirmed, kAlreadyDone, kFinished, kRepeated, kFailed };

}  // namespace gateway
