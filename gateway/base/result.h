// The one error type: a grpc::Status, or a value of type T in place of it.
//
// Errors of configuration and descriptors are found at start, all of them at once: a list of
// sentences, each naming the thing and the rule.
#pragma once

#include <grpcpp/support/status.h>

#include <string>
#include <tl/expected.hpp>
#include <vector>

namespace gateway {

template <class T>
using Result = tl::expected<T, grpc::Status>;

using Errors = std::vector<std::string>;

/// An error in place of a Result's value.
inline tl::unexpected<grpc::Status> Error(grpc::StatusCode code, const std::string& message) {
  return tl::unexpected<grpc::Status>(grpc::Status(code, message));
}

}  // namespace gateway
