// What is wrong and where, as readers and writers of JSON collect it: the rule where it is broken,
// the place on the way out. So a document without faults pays nothing for it.
//
// Used by one thread.
#pragma once

#include <grpcpp/support/status.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace gateway {

class JsonError {
 public:
  /// Always false, so that it can be returned.
  [[gnu::cold]] bool Set(std::string_view rule);
  /// The member or the element that holds what was told so far. Always false.
  [[gnu::cold]] bool In(std::string_view member);
  [[gnu::cold]] bool In(std::size_t index);

  /// INVALID_ARGUMENT, `data[3].createdAt: rule`; the place is cut to a length that fits a status.
  [[nodiscard]] grpc::Status ToStatus() const;

 private:
  std::string rule_;
  std::vector<std::string> place_;  // innermost first
};

}  // namespace gateway
