// What responses mean: the question of a call, which knows no message, to the layer that does.
//
// Thread-safe: one per route, it outlives all calls.
#pragma once

#include <optional>
#include <string>

#include "gateway/base/http_message.h"
#include "gateway/base/response_class.h"

namespace gateway {

class ResponseClassifier {
 public:
  virtual ~ResponseClassifier() = default;
  /// Reads a response to the call's own request, once. A large body may be gone afterwards.
  [[nodiscard]] virtual ResponseClass Classify(HttpResponse& response) const = 0;
  /// Reads a success of the reconciling GET in the same way.
  [[nodiscard]] virtual Resource ReadResource(HttpResponse& response) const = 0;
  /// Looks for the resource with that marker in a success of the list, and reads it as a response
  /// to the call's own request: wire bytes.
  [[nodiscard]] virtual std::optional<std::string> FindMarked(HttpResponse& response,
                                                              const std::string& marker) const = 0;
  /// Whether a response that may be cut must be taken for cut, as it lacks what it should have.
  [[nodiscard]] virtual bool IsCut(const HttpResponse& response) const = 0;
};

}  // namespace gateway
