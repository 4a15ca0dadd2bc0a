// The two ways to return an error: Result<T> at run time, tl::expected<T, Errors> at start.
//
// Errors of the configuration and of descriptors are found at start, all of them at once: a list of
// sentences, each naming the thing and the rule.
#pragma once

#include <grpcpp/support/status.h>

#include <iterator>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

namespace gateway {

template <class T>
using Result = tl::expected<T, grpc::Status>;

using Errors = std::vector<std::string>;

/// An error in place of a Result's value.
inline tl::unexpected<grpc::Status> Error(grpc::StatusCode code, const std::string& message) {
  return tl::unexpected<grpc::Status>(grpc::Status(code, message));
}

inline void Append(Errors& errors, Errors more) {
  errors.insert(errors.end(), std::move_iterator(more.begin()), std::move_iterator(more.end()));
}

/// The value of one part of what is compiled at start. Its errors join those of the other parts, so
/// that all are reported at once.
template <class T>
std::optional<T> ValueOrAppend(tl::expected<T, Errors> part, Errors& errors) {
  if (part) return *std::move(part);
  Append(errors, std::move(part.error()));
  return std::nullopt;
}

}  // namespace gateway
