// A grpc::Status for a person at a terminal: code, message and what its details say. And faults of
// the configuration.
//
// Pure functions.
#pragma once

#include <grpcpp/support/status.h>

#include <string>

#include "gateway/base/result.h"

namespace gateway {

/// The first line is `CODE: message`, each further one a detail. Whatever the server sent, no line
/// has control characters.
std::string StatusText(const grpc::Status& status);

/// `extend-gateway: FAULT` for each. Likewise without control characters, whatever a file holds
/// that a fault quotes.
std::string ErrorLines(const Errors& faults);

}  // namespace gateway
