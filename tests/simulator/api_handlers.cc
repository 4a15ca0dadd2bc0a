#include "tests/simulator/api_handlers.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>
#include <utility>

#include "tests/simulator/create_request.h"
#include "tests/simulator/run_json.h"
#include "tests/simulator/status_names.h"

namespace extend_simulator {
namespace {

using nlohmann::json;

constexpr std::string_view kApiVersion = "2026-02-09";
constexpr std::string_view kBearer = "Bearer ";
constexpr std::size_t kMaxWorkspaceBytes = 255;

/// Also keeps a header's value, which goes back to the caller, free of line breaks.
bool IsWorkspaceId(std::string_view value) {
  return value.starts_with("ws_") && value.size() <= kMaxWorkspaceBytes &&
         std::ranges::all_of(value, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '_' || c == '-';
         });
}

ApiError NoSuchRun(const std::string& id) { return NotFound("Split run not found: " + id); }

ApiError OutOfCredits() {
  return {.http_status = 402,
          .code = "USAGE_BLOCKED",
          .message = "The organization has run out of credits"};
}

}  // namespace

struct ApiHandlers::Route {
  using Handler = Outcome (ApiHandlers::*)(const Call&);

  Route(std::string_view verb, std::vector<std::string_view> pattern, RateCategory rate, Handler to)
      : method(verb), path(std::move(pattern)), category(rate), handler(to) {}

  std::string_view method;
  /// `*` is the id.
  std::vector<std::string_view> path;
  RateCategory category;
  Handler handler;

  /// The id, or empty for a route without one; nothing when the route is another.
  [[nodiscard]] std::optional<std::string> Match(std::string_view wanted,
                                                 const std::vector<std::string>& segments) const {
    if (wanted != method || segments.size() != path.size()) return std::nullopt;
    std::string id;
    for (std::size_t i = 0; i < path.size(); ++i) {
      if (path[i] == "*" && !segments[i].empty()) {
        id = segments[i];
      } else if (path[i] != segments[i]) {
        return std::nullopt;
      }
    }
    return id;
  }
};

const std::vector<ApiHandlers::Route>& ApiHandlers::Routes() {
  using enum RateCategory;
  static const std::vector<Route> routes = {
      {"GET", {"split_runs"}, kGet, &ApiHandlers::List},
      {"POST", {"split_runs"}, kRun, &ApiHandlers::Create},
      {"POST", {"split_runs", "batch"}, kRun, &ApiHandlers::CreateBatch},
      {"GET", {"split_runs", "*"}, kGet, &ApiHandlers::Get},
      {"DELETE", {"split_runs", "*"}, kWrite, &ApiHandlers::Delete},
      {"POST", {"split_runs", "*", "cancel"}, kWrite, &ApiHandlers::Cancel},
      {"GET", {"batch_runs", "*"}, kGet, &ApiHandlers::GetBatch},
  };
  return routes;
}

ApiHandlers::ApiHandlers(ApiOptions options, RunStore& store, Now now)
    : options_(std::move(options)),
      store_(store),
      now_(now),
      limiter_(options_.requests_per_second, std::move(now)) {}

ApiResponse ApiHandlers::Handle(const ApiRequest& request) {
  ApiResponse response;
  Outcome outcome = Dispatch(request, response);
  if (!outcome) {
    ApiResponse error = ErrorResponse(outcome.error());
    std::ranges::move(response.headers, std::back_inserter(error.headers));
    error.delivery = response.delivery;
    return error;
  }
  response.body = *std::move(outcome);
  response.headers.emplace_back("x-extend-request-id", NextRequestId());
  return response;
}

ApiResponse ApiHandlers::ErrorResponse(const ApiError& error) {
  const std::string request_id = NextRequestId();
  return {.status = error.http_status,
          .body = ErrorBody(error, request_id, options_.error_shape),
          .headers = {{"x-extend-request-id", request_id}}};
}

ApiHandlers::Outcome ApiHandlers::Dispatch(const ApiRequest& request, ApiResponse& response) {
  if (auto refusal = RefuseByHeaders(request, response)) return tl::unexpected(*refusal);
  std::optional<Target> target = ParseTarget(request.target);
  if (!target) return tl::unexpected(InvalidRequest("Malformed request target"));
  for (const Route& route : Routes()) {
    std::optional<std::string> id = route.Match(request.method, target->segments);
    if (!id) continue;
    if (auto refusal = RefuseByRate(route.category, response)) return tl::unexpected(*refusal);
    if (options_.lose_cancel_responses && route.handler == &ApiHandlers::Cancel) {
      response.delivery = Delivery::kHeadOnly;
    }
    return (this->*route.handler)(
        {.id = *std::move(id), .query = std::move(target->query), .body = request.body});
  }
  return tl::unexpected(NotFound("No such endpoint"));
}

std::optional<ApiError> ApiHandlers::RefuseByHeaders(const ApiRequest& request,
                                                     ApiResponse& response) const {
  const std::string authorization = request.header("authorization");
  const bool is_bearer = authorization.starts_with(kBearer);
  const std::string_view token =
      std::string_view(authorization).substr(is_bearer ? kBearer.size() : 0);
  if (!is_bearer || token.empty() || (!options_.api_key.empty() && token != options_.api_key)) {
    return ApiError{
        .http_status = 401, .code = "UNAUTHORIZED", .message = "Missing or invalid API key"};
  }
  const std::string version = request.header("x-extend-api-version");
  if (version.empty()) return InvalidRequest("The x-extend-api-version header is required");
  if (version != kApiVersion) return InvalidRequest("Unknown API version");
  const std::string workspace = request.header("x-extend-workspace-id");
  if (workspace.empty()) {
    if (!options_.require_workspace) return std::nullopt;
    return InvalidRequest("The x-extend-workspace-id header is required with this API key");
  }
  if (!IsWorkspaceId(workspace)) return InvalidRequest("Invalid x-extend-workspace-id header");
  response.headers.emplace_back("x-extend-workspace-id", workspace);
  return std::nullopt;
}

std::optional<ApiError> ApiHandlers::RefuseByRate(RateCategory category, ApiResponse& response) {
  const auto until = limiter_.RefusedUntil(category);
  if (!until) return std::nullopt;
  const auto wait = std::chrono::ceil<std::chrono::seconds>(*until - now_());
  response.headers.emplace_back("Retry-After", std::to_string(std::max(wait.count(), 1L)));
  response.headers.emplace_back("X-RateLimit-Reset",
                                std::to_string(until->time_since_epoch().count()));
  return ApiError{.http_status = 429,
                  .code = "RATE_LIMIT_EXCEEDED",
                  .message = "Too many requests",
                  .retryable = true};
}

ApiHandlers::Outcome ApiHandlers::Create(const Call& call) {
  return ParseObject(call.body).and_then(ParseCreateRequest).and_then([&](RunRequest request) {
    const std::optional<SplitRun> run = store_.Create(std::move(request));
    return run ? Outcome(RunJson(*run, options_.splits)) : tl::unexpected(OutOfCredits());
  });
}

ApiHandlers::Outcome ApiHandlers::CreateBatch(const Call& call) {
  return ParseObject(call.body)
      .and_then(ParseBatchRequest)
      .and_then([&](std::vector<RunRequest> requests) {
        const std::optional<Batch> batch = store_.CreateBatch(std::move(requests));
        return batch ? Outcome(BatchJson(*batch)) : tl::unexpected(OutOfCredits());
      });
}

ApiHandlers::Outcome ApiHandlers::List(const Call& call) {
  return ParseListQuery(call.query).map([&](const ListQuery& query) {
    const RunPage page = store_.List(query);
    json list = {{"object", "list"}, {"data", json::array()}};
    for (const SplitRun& run : page.runs)
      list["data"].push_back(RunSummaryJson(run, options_.splits));
    if (page.next) list["nextPageToken"] = PageToken(*page.next);
    return list;
  });
}

ApiHandlers::Outcome ApiHandlers::Get(const Call& call) {
  const std::optional<SplitRun> run = store_.Get(call.id);
  if (!run) return tl::unexpected(NoSuchRun(call.id));
  return RunJson(*run, options_.splits);
}

ApiHandlers::Outcome ApiHandlers::Cancel(const Call& call) {
  const CancelResult result = store_.Cancel(call.id);
  switch (result.outcome) {
    case CancelOutcome::kAccepted:
      return RunJson(result.run, options_.splits);
    case CancelOutcome::kNoSuchRun:
      return tl::unexpected(NoSuchRun(call.id));
    case CancelOutcome::kRefused:
      break;
  }
  return tl::unexpected(ApiError{.http_status = options_.refusal_status,
                                 .code = "INVALID_REQUEST",
                                 .message = "Split run with status " +
                                            std::string(StatusName(result.run.status)) +
                                            " cannot be cancelled",
                                 .run_id = call.id});
}

ApiHandlers::Outcome ApiHandlers::Delete(const Call& call) {
  if (!store_.Delete(call.id)) return tl::unexpected(NoSuchRun(call.id));
  return json{{"id", call.id}};
}

ApiHandlers::Outcome ApiHandlers::GetBatch(const Call& call) {
  const std::optional<Batch> batch = store_.GetBatch(call.id);
  if (!batch) return tl::unexpected(NotFound("Batch run not found: " + call.id));
  return BatchJson(*batch);
}

std::string ApiHandlers::NextRequestId() {
  std::array<char, 32> text{};
  const int length = std::snprintf(text.data(), text.size(), "req_%016llx",
                                   static_cast<unsigned long long>(++request_count_));
  return {text.data(), static_cast<std::size_t>(length)};
}

}  // namespace extend_simulator
