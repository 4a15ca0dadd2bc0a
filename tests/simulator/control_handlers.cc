#include "tests/simulator/control_handlers.h"

#include <string_view>
#include <utility>

#include "tests/simulator/create_request.h"
#include "tests/simulator/run_json.h"
#include "tests/simulator/status_names.h"
#include "tests/simulator/target.h"

namespace extend_simulator {
namespace {

using nlohmann::json;

ApiResponse Refuse(int status, std::string message) {
  return {.status = status, .body = {{"error", std::move(message)}}, .headers = {}};
}

/// The member if it is a string, else `fallback`.
std::string Text(const json& object, const char* name, const char* fallback) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : fallback;
}

/// Nothing when the target is not /_simulator/runs/{id}/finish.
std::optional<std::string> IdToFinish(const std::string& text) {
  const std::optional<Target> target = ParseTarget(text);
  if (!target || target->segments.size() != 4) return std::nullopt;
  if (target->segments[1] != "runs" || target->segments[3] != "finish") return std::nullopt;
  return target->segments[2];
}

}  // namespace

std::optional<ApiResponse> ControlHandlers::Handle(const ApiRequest& request) {
  if (!request.target.starts_with("/_simulator/")) return std::nullopt;
  if (request.method == "GET" && request.target == "/_simulator/ledger") {
    return ApiResponse{.body = Ledger(), .headers = {}};
  }
  if (request.target == "/_simulator/outage") return HandleOutage(request);
  if (request.method == "POST" && request.target == "/_simulator/runs") return Seed(request.body);
  if (request.method == "POST") {
    if (const auto id = IdToFinish(request.target)) return Finish(*id);
  }
  return Refuse(404,
                "there are GET /_simulator/ledger, POST /_simulator/runs, "
                "POST /_simulator/runs/{id}/finish and "
                "GET, POST and DELETE /_simulator/outage");
}

json ControlHandlers::Ledger() {
  json runs = json::object();
  for (const auto& [id, entry] : store_.Ledger()) {
    runs[id] = {{"status", StatusName(entry.status)},
                {"created", entry.created},
                {"cancelsAccepted", entry.cancels_accepted},
                {"cancelsRefused", entry.cancels_refused},
                {"deleted", entry.deleted},
                {"metadata", entry.metadata}};
  }
  return {{"runs", std::move(runs)}};
}

ApiResponse ControlHandlers::Seed(const std::string& body) {
  const auto object = ParseObject(body);
  if (!object) return Refuse(400, object.error().message);
  const std::optional<RunStatus> status = ParseStatus(Text(*object, "status", ""));
  if (!status) return Refuse(400, "status must be a run's status");
  json shown = object->value("shown", json());
  if (!shown.is_null() && !shown.is_object()) return Refuse(400, "shown must be an object");
  const std::optional<SplitRun> run =
      store_.Seed(Text(*object, "id", ""), *status,
                  DefaultRequest(Text(*object, "fileName", "packet.pdf")), std::move(shown));
  if (!run) return Refuse(409, "the id is taken, or there are too many runs");
  return {.body = RunJson(*run, splits_), .headers = {}};
}

ApiResponse ControlHandlers::Finish(const std::string& id) {
  const std::optional<SplitRun> run = store_.Finish(id);
  if (!run) return Refuse(404, "no such run: " + id);
  return {.body = RunJson(*run, splits_), .headers = {}};
}

ApiResponse ControlHandlers::HandleOutage(const ApiRequest& request) {
  if (request.method == "POST") {
    auto outage = ParseOutage(request.body);
    if (!outage) return Refuse(400, outage.error());
    outages_.Begin(*std::move(outage));
  } else if (request.method == "DELETE") {
    outages_.End();
  } else if (request.method != "GET") {
    return Refuse(405, "there are GET, POST and DELETE /_simulator/outage");
  }
  return {.body = outages_.State(), .headers = {}};
}

}  // namespace extend_simulator
