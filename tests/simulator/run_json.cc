#include "tests/simulator/run_json.h"

#include <array>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>

#include "tests/simulator/status_names.h"

namespace extend_simulator {
namespace {

using nlohmann::json;

constexpr double kCreditsPerPage = 0.25;
// When the simulated splitters were made: before any run.
constexpr const char* kSplitterTime = "2024-03-21T16:45:00Z";

/// Ids of a run's parts differ from the run's own by the prefix.
std::string PartId(const SplitRun& run, const char* prefix) {
  return prefix + run.id.substr(run.id.find('_') + 1);
}

json Splitter(const RunRequest& request) {
  if (!request.splitter) return nullptr;
  return {{"object", "splitter"},
          {"id", request.splitter->id},
          {"name", "Document splitter"},
          {"createdAt", kSplitterTime},
          {"updatedAt", kSplitterTime}};
}

json SplitterVersion(const RunRequest& request) {
  if (!request.splitter) return nullptr;
  return {{"object", "splitter_version"},
          {"id", request.splitter->id + "_v" + request.splitter->version},
          {"description", nullptr},
          {"version", request.splitter->version},
          {"splitterId", request.splitter->id},
          {"createdAt", kSplitterTime},
          {"createdBy", {{"type", "user"}, {"email", "maker@example.com"}}}};
}

json FileType(const std::string& name) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 11> kTypes{{
      {".pdf", "PDF"},
      {".csv", "CSV"},
      {".png", "IMG"},
      {".jpg", "IMG"},
      {".tiff", "IMG"},
      {".txt", "TXT"},
      {".docx", "DOCX"},
      {".xlsx", "EXCEL"},
      {".xls", "EXCEL"},
      {".xml", "XML"},
      {".html", "HTML"},
  }};
  for (const auto& [suffix, type] : kTypes) {
    if (name.ends_with(suffix)) return type;
  }
  return nullptr;
}

std::string FileId(const SplitRun& run) {
  return run.request.file.id.empty() ? PartId(run, "file_") : run.request.file.id;
}

json File(const SplitRun& run, int splits) {
  if (run.status == RunStatus::kPending) return nullptr;  // it was not read yet
  const std::string created = TimeText(run.created_at);
  return {{"object", "file"},
          {"id", FileId(run)},
          {"name", run.request.file.name},
          {"type", FileType(run.request.file.name)},
          {"parentFileId", nullptr},
          {"metadata", {{"pageCount", splits * kPagesPerSplit}}},
          {"createdAt", created},
          {"updatedAt", created}};
}

json Output(const SplitRun& run, int splits) {
  const json& kinds = run.request.config["splitClassifications"];
  json list = json::array();
  for (int i = 0; i < splits; ++i) {
    const json& kind = kinds[static_cast<std::size_t>(i) % kinds.size()];
    const int first = i * kPagesPerSplit + 1;
    list.push_back({{"id", PartId(run, "split_") + std::to_string(i)},
                    {"classificationId", kind["id"]},
                    {"type", kind["type"]},
                    {"observation", "The pages carry one document number."},
                    {"identifier", "DOC-" + std::to_string(i + 1)},
                    {"startPage", first},
                    {"endPage", first + kPagesPerSplit - 1},
                    {"name", "Document " + std::to_string(i + 1)},
                    {"fileId", FileId(run)}});
  }
  return {{"splits", std::move(list)}, {"isExternal", false}};
}

json Usage(const SplitRun& run, int splits) {
  const int page_count = splits * kPagesPerSplit;
  const double credits = page_count * kCreditsPerPage;
  json pages = json::array();
  for (int page = 1; page <= page_count; ++page) pages.push_back(page);
  const json charge = {{"product", "split"},
                       {"unit", "page"},
                       {"quantity", page_count},
                       {"credits", credits},
                       {"pages", std::move(pages)}};
  return {{"credits", credits},
          {"totalCredits", credits},
          {"breakdown", json::array({{{"object", "split_run"},
                                      {"id", run.id},
                                      {"credits", credits},
                                      {"charges", json::array({charge})}}})}};
}

}  // namespace

json RunJson(const SplitRun& run, int splits) {
  const bool processed = run.status == RunStatus::kProcessed;
  const bool failed = run.status == RunStatus::kFailed;
  const bool read = run.status != RunStatus::kPending;
  json shown = {{"object", "split_run"},
                {"id", run.id},
                {"status", StatusName(run.status)},
                {"splitter", Splitter(run.request)},
                {"splitterVersion", SplitterVersion(run.request)},
                {"output", processed ? Output(run, splits) : json()},
                {"initialOutput", nullptr},
                {"reviewedOutput", nullptr},
                {"failureReason", failed ? json("FAILED_TO_PROCESS_FILE") : json()},
                {"failureMessage", failed ? json("The file could not be read.") : json()},
                {"metadata", run.request.metadata},
                {"reviewed", false},
                {"edited", false},
                {"config", run.request.config},
                {"file", File(run, splits)},
                {"parseRunId", read ? json(PartId(run, "pr_")) : json()},
                {"dashboardUrl", "https://dashboard.extend.ai/runs/" + run.id},
                {"usage", processed ? Usage(run, splits) : json()},
                {"createdAt", TimeText(run.created_at)},
                {"updatedAt", TimeText(run.updated_at)}};
  if (run.shown.is_object()) shown.merge_patch(run.shown);
  return shown;
}

json RunSummaryJson(const SplitRun& run, int splits) {
  json summary = RunJson(run, splits);
  for (const char* key : {"output", "initialOutput", "reviewedOutput", "config"}) {
    summary.erase(key);
  }
  if (summary["usage"].is_object()) summary["usage"].erase("breakdown");
  return summary;
}

json BatchJson(const Batch& batch) {
  return {{"object", "batch_run"},
          {"id", batch.id},
          {"status", StatusName(batch.status)},
          {"runCount", batch.run_count},
          {"createdAt", TimeText(batch.created_at)}};
}

std::string TimeText(Time time) {
  using namespace std::chrono;
  const auto day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(floor<milliseconds>(time - day));
  std::array<char, 40> text{};
  int length = std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02ld:%02ld:%02ld",
                             static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                             static_cast<unsigned>(date.day()), clock.hours().count(),
                             clock.minutes().count(), clock.seconds().count());
  std::string result(text.data(), static_cast<std::size_t>(length));
  if (const auto millis = clock.subseconds().count(); millis != 0) {
    length = std::snprintf(text.data(), text.size(), ".%03ld", millis);
    result.append(text.data(), static_cast<std::size_t>(length));
  }
  return result + "Z";
}

}  // namespace extend_simulator
