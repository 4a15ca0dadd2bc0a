#include "tests/simulator/list_query.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <functional>
#include <string_view>
#include <utility>

#include "tests/simulator/status_names.h"

namespace extend_simulator {
namespace {

constexpr std::string_view kTokenPrefix = "split_runs:";
// Their base64 text is "+//+": a token always has the characters that a careless client garbles.
constexpr std::string_view kTokenMark = "\xfb\xff\xfe";
constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::array<std::string_view, 7> kSources = {"ADMIN",        "BATCH_PROCESSOR_RUN",
                                                      "PLAYGROUND",   "WORKFLOW_CONFIGURATION",
                                                      "WORKFLOW_RUN", "STUDIO",
                                                      "API"};

std::string EncodeBase64(std::string_view bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 3; ++j) {
      group = (group << 8) | (i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0U);
    }
    for (std::size_t j = 0; j < 4; ++j) {
      text += i + j <= bytes.size() ? kBase64[(group >> (18 - 6 * j)) & 63U] : '=';
    }
  }
  return text;
}

std::optional<std::string> DecodeBase64(std::string_view text) {
  std::string bytes;
  std::uint32_t group = 0;
  int bits = 0;
  while (text.ends_with('=')) text.remove_suffix(1);
  for (const char c : text) {
    const std::size_t value = kBase64.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    group = ((group << 6) | static_cast<std::uint32_t>(value)) & 0xffffU;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes += static_cast<char>((group >> bits) & 0xffU);
    }
  }
  return bytes;
}

template <typename Number>
std::optional<Number> ParseNumber(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

bool ParseStatusFilter(const std::string& value, ListQuery& query) {
  query.status = ParseStatus(value);
  return query.status.has_value();
}
bool ParseSource(const std::string& value, ListQuery& query) {
  query.source = value;
  return std::ranges::find(kSources, value) != kSources.end();
}
bool ParseSortBy(const std::string& value, ListQuery& query) {
  query.by_created = value == "createdAt";
  return query.by_created || value == "updatedAt";
}
bool ParseSortDirection(const std::string& value, ListQuery& query) {
  query.ascending = value == "asc";
  return query.ascending || value == "desc";
}
bool ParsePageSize(const std::string& value, ListQuery& query) {
  query.page_size = ParseNumber<int>(value).value_or(0);
  return query.page_size >= 1 && query.page_size <= kMaxPageSize;
}
bool ParseAfter(const std::string& value, ListQuery& query) {
  query.after = ParsePageToken(value);
  return query.after.has_value();
}
template <std::optional<std::string> ListQuery::* field>
bool ParseText(const std::string& value, ListQuery& query) {
  query.*field = value;
  return true;
}

using ParseParameter = bool (*)(const std::string& value, ListQuery& query);
constexpr std::array<std::pair<std::string_view, ParseParameter>, 10> kParameters{{
    {"status", ParseStatusFilter},
    {"splitterId", ParseText<&ListQuery::splitter_id>},
    {"batchId", ParseText<&ListQuery::batch_id>},
    {"sourceId", ParseText<&ListQuery::source_id>},
    {"source", ParseSource},
    {"fileNameContains", ParseText<&ListQuery::file_name_contains>},
    {"sortBy", ParseSortBy},
    {"sortDir", ParseSortDirection},
    {"nextPageToken", ParseAfter},
    {"maxPageSize", ParsePageSize},
}};

bool Is(const std::optional<std::string>& wanted, std::string_view value) {
  return !wanted || *wanted == value;
}

}  // namespace

bool ListQuery::Matches(const SplitRun& run) const {
  const RunRequest& request = run.request;
  return (!status || *status == run.status) &&
         Is(splitter_id, request.splitter ? request.splitter->id : "") &&
         Is(batch_id, request.batch_id) && Is(source_id, request.source_id) &&
         Is(source, request.source) &&
         request.file.name.find(file_name_contains.value_or("")) != std::string::npos;
}

PageKey ListQuery::KeyOf(const SplitRun& run) const {
  return {.time = by_created ? run.created_at : run.updated_at, .id = run.id};
}

tl::expected<ListQuery, ApiError> ParseListQuery(const Query& query) {
  ListQuery parsed;
  for (const auto& [name, value] : query) {
    const auto known =
        std::ranges::find(kParameters, name, &std::pair<std::string_view, ParseParameter>::first);
    if (known == kParameters.end()) {
      return tl::unexpected(InvalidRequest("Unrecognized query parameter: " + name));
    }
    if (query.count(name) > 1) {
      return tl::unexpected(InvalidRequest("Query parameter given more than once: " + name));
    }
    if (!known->second(value, parsed)) {
      return tl::unexpected(InvalidRequest("Invalid value of query parameter: " + name));
    }
  }
  return parsed;
}

std::string PageToken(const PageKey& key) {
  std::string content =
      std::string(kTokenMark) + std::to_string(key.time.time_since_epoch().count()) + '|' + key.id;
  if (content.size() % 3 == 0) content += ' ';  // so that the text ends in '='
  return std::string(kTokenPrefix) + EncodeBase64(content);
}

std::optional<PageKey> ParsePageToken(const std::string& token) {
  if (!token.starts_with(kTokenPrefix)) return std::nullopt;
  const std::optional<std::string> content =
      DecodeBase64(std::string_view(token).substr(kTokenPrefix.size()));
  if (!content || !content->starts_with(kTokenMark)) return std::nullopt;
  const std::size_t separator = content->find('|');
  if (separator == std::string::npos) return std::nullopt;
  const auto ticks = ParseNumber<Time::rep>(
      std::string_view(*content).substr(kTokenMark.size(), separator - kTokenMark.size()));
  if (!ticks) return std::nullopt;
  std::string id = content->substr(separator + 1);
  if (id.ends_with(' ')) id.pop_back();
  return PageKey{.time = Time(Time::duration(*ticks)), .id = std::move(id)};
}

}  // namespace extend_simulator
