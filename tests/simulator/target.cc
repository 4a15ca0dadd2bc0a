#include "tests/simulator/target.h"

#include <algorithm>
#include <charconv>

namespace extend_simulator {
namespace {

std::optional<std::string> Decode(std::string_view text, bool plus_is_space) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      decoded += ' ';
    } else if (text[i] == '%') {
      const std::string_view digits = text.substr(i + 1, 2);
      unsigned byte = 0;
      const auto [end, error] =
          std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
      if (error != std::errc() || end != digits.data() + 2) return std::nullopt;
      decoded += static_cast<char>(byte);
      i += 2;
    } else {
      decoded += text[i];
    }
  }
  return decoded;
}

/// Calls `piece` with each part between separators until it returns false.
template <typename Function>
bool Split(std::string_view text, char separator, Function piece) {
  while (true) {
    const std::size_t end = std::min(text.find(separator), text.size());
    if (!piece(text.substr(0, end))) return false;
    if (end == text.size()) return true;
    text.remove_prefix(end + 1);
  }
}

}  // namespace

std::optional<Target> ParseTarget(std::string_view text) {
  if (!text.starts_with('/')) return std::nullopt;
  Target target;
  const std::size_t path_end = std::min(text.find('?'), text.size());
  const bool path_ok = Split(text.substr(1, path_end - 1), '/', [&](std::string_view piece) {
    auto segment = Decode(piece, /*plus_is_space=*/false);
    if (segment) target.segments.push_back(*std::move(segment));
    return segment.has_value();
  });
  if (!path_ok) return std::nullopt;
  if (path_end == text.size()) return target;
  const bool query_ok = Split(text.substr(path_end + 1), '&', [&](std::string_view piece) {
    if (piece.empty()) return true;
    const std::size_t equals = std::min(piece.find('='), piece.size());
    auto name = Decode(piece.substr(0, equals), /*plus_is_space=*/true);
    auto value = Decode(piece.substr(std::min(equals + 1, piece.size())), /*plus_is_space=*/true);
    if (!name || !value) return false;
    target.query.emplace(*std::move(name), *std::move(value));
    return true;
  });
  if (!query_ok) return std::nullopt;
  return target;
}

}  // namespace extend_simulator
