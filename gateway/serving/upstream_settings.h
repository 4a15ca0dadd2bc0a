// What all methods of one service share: the upstream's base URL and the headers both ways.
//
// Thread-safe: compiled once at start, then const. The key and the budget must outlive it.
#pragma once

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
  /// The response headers that go to the caller, in lower case.
  std::vector<std::string> returned_headers;
  /// The response header with the upstream's id of a request, in lower case; empty: none.
  std::string request_id_header;
  /// The domain of google.rpc.ErrorInfo.
  std::string error_domain;
  /// The key of --create-marker; empty: creates are not marked.
  std::string create_marker;
  /// The cap on a whole call.
  Clock::duration timeout;
  /// Set by the owner of the budgets.
  RetryBudget* budget = nullptr;

  static tl::expected<UpstreamSettings, Errors> Compile(const RoutedService& routed,
                                                        const Config& config,
                                                        const Authorization* key);
};

}  // namespace gateway
