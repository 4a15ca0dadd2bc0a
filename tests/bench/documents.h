// Documents of the API, as an upstream sends them: compact JSON of extend.v1.SplitRun. The same
// bytes on every machine, so that figures of different days are of the same work.
//
// Functions without state, thread-safe.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gateway {

/// `3KB` and `1MB` are usual answers; the others are of 1 MB too, and the worst of a kind.
std::vector<std::string_view> DocumentNames();

/// The document of that name; nothing if there is none.
std::optional<std::string> NamedDocument(std::string_view name);

/// A run with as many splits as make a document of this size (at least kSmallestRun), to the byte.
std::string RunOfSize(std::size_t bytes);
inline constexpr std::size_t kSmallestRun = 2048;

/// A run whose metadata has so many members.
std::string RunWithMembers(int members);

}  // namespace gateway
