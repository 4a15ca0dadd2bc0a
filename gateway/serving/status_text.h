// A grpc::Status for a person at a terminal: code, message and what its details say.
//
// Pure function.
#pragma once

#include <grpcpp/support/status.h>

#include <string>

namespace gateway {

/// The first line is `CODE: message`, each further one a detail. Whatever the server sent, no line
/// has control characters.
std::string StatusText(const grpc::Status& status);

}  // namespace gateway
