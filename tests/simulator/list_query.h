// The query of GET /split_runs: filters, order, page. Pure functions; a page token is opaque to
// callers, base64 text with `+ / = :` in it, as the real one's.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/simulator/errors.h"
#include "tests/simulator/run.h"

namespace extend_simulator {

inline constexpr int kDefaultPageSize = 10;
inline constexpr int kMaxPageSize = 1000;

/// The place of a run in a sorted list.
struct PageKey {
  Time time;
  std::string id;
  auto operator<=>(const PageKey&) const = default;
};

struct ListQuery {
  std::optional<RunStatus> status;
  std::optional<std::string> splitter_id;
  std::optional<std::string> batch_id;
  std::optional<std::string> source_id;
  std::optional<std::string> source;
  std::optional<std::string> file_name_contains;
  bool by_created = false;
  bool ascending = false;
  int page_size = kDefaultPageSize;
  /// The last run of the page before.
  std::optional<PageKey> after;

  [[nodiscard]] bool Matches(const SplitRun& run) const;
  [[nodiscard]] PageKey KeyOf(const SplitRun& run) const;
  /// Whether `a` comes before `b` in the list.
  [[nodiscard]] bool Before(const PageKey& a, const PageKey& b) const {
    return ascending ? a < b : b < a;
  }
};

struct RunPage {
  std::vector<SplitRun> runs;
  std::optional<PageKey> next;
};

/// Decoded query parameters. A name or value that is not documented is refused: nothing else would
/// show a caller that a filter is misspelt.
using Query = std::multimap<std::string, std::string>;
tl::expected<ListQuery, ApiError> ParseListQuery(const Query& query);

std::string PageToken(const PageKey& key);
std::optional<PageKey> ParsePageToken(const std::string& token);

}  // namespace extend_simulator
