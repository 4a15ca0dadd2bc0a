// Errors for a person at a terminal: a grpc::Status with its details, and errors of the start.
//
// Thread-safe; pure functions. No line has control characters, whatever a server has sent or a file
// holds that an error quotes.
#pragma once

#include <grpcpp/support/status.h>

#include <string>

#include "gateway/base/result.h"

namespace gateway {

/// The first line is `CODE: message`, each further one a detail.
std::string StatusText(const grpc::Status& status);

/// A line `extend-gateway: ERROR` for each error.
std::string ErrorLines(const Errors& errors);

}  // namespace gateway
