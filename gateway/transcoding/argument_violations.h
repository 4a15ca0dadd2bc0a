// What is wrong with the fields of one request message, collected: all of it goes to the caller at
// once, as INVALID_ARGUMENT with google.rpc.BadRequest.
//
// Not thread-safe; one object serves one call.
#pragma once

#include <google/rpc/error_details.pb.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "gateway/base/result.h"
#include "gateway/json/json_error.h"

namespace gateway {

class ArgumentViolations {
 public:
  /// The bound of the details: violations beyond it are left out, except for the first. With the
  /// status message, which repeats them, they stay within the contract's 1 KiB and 4 KiB.
  static constexpr std::size_t kMaxBytes = 1000;

  /// `field` in proto names with dots (empty: the whole request); `rule` never quotes the value.
  void Add(std::string_view field, std::string_view rule);
  void Add(const JsonError& error) { Add(error.ProtoPlace(), error.rule()); }

  [[nodiscard]] bool empty() const { return details_.field_violations().empty(); }

  /// There must be a violation.
  [[nodiscard]] grpc::Status ToStatus() const;

 private:
  google::rpc::BadRequest details_;
};

}  // namespace gateway
