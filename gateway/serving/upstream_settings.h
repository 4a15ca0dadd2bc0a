// What all methods of one service share: the upstream's base URL and the headers both ways.
//
// Compiled once at start, then const and thread-safe. The key and the budget must outlive it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gateway/base/result.h"
#include "gateway/config/config.h"
#include "gateway/credentials/credentials.h"
#include "gateway/serving/request_headers.h"
#include "gateway/transcoding/route_table.h"
#include "gateway/upstream/retry_policy.h"

namespace gateway {

struct UpstreamSettings {
  /// Without a trailing slash.
  std::string base_url;
  RequestHeaders request_headers;
  /// Response headers that go to the caller, lower case.
  std::vector<std::string> returned_headers;
  /// Lower case; empty: none.
  std::string request_id_header;
  /// Of google.rpc.ErrorInfo.
  std::string error_domain;
  /// Cap on a whole call.
  Clock::duration timeout;
  /// Set by the owner of the budgets.
  RetryBudget* budget = nullptr;

  /// Nothing where `faults` grew.
  static std::optional<UpstreamSettings> Compile(const RoutedService& routed, const Config& config,
                                                 const Authorization* key, Errors& faults);
};

}  // namespace gateway
