// What happens to a call on its way to an upstream, and to the files that it needs, as metrics
// name it.
#pragma once

namespace gateway {

/// Why an attempt was followed by another.
enum class RetryReason { kStatus, kTransport, kTimeout, kRateLimited };

/// What a reconciling GET has led to.
enum class ReconcileResult { kConfirmed, kAlreadyDone, kFinished, kRetried, kFailed };

/// Which files have changed: --api-key-file; --tls-cert, --tls-key and --tls-client-ca;
/// --upstream-cert, --upstream-key and --upstream-ca.
enum class CredentialKind { kApiKey, kServerTls, kUpstreamTls };

}  // namespace gateway
