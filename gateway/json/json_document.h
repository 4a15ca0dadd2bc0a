// JSON text → simdjson's DOM, within our depth limit and without simdjson's limits on numbers.
//
// Not thread-safe. The elements live until the next Parse; the memory stays for the next document
// until Shrink.
#pragma once

#include <simdjson.h>

#include <string>
#include <string_view>
#include <vector>

#include "gateway/json/json_error.h"
#include "gateway/json/json_numbers.h"
#include "gateway/json/json_read_options.h"

namespace gateway {

/// Objects and arrays in one another, even in values that nobody reads.
inline constexpr std::size_t kMaxJsonDepth = 100;

class JsonDocument {
 public:
  using LoneSurrogates = JsonReadOptions::LoneSurrogates;

  /// False with an error if `json` is not one JSON value, with a byte order mark before it or
  /// without. Text without spare capacity is copied first.
  bool Parse(const std::string& json, LoneSurrogates surrogates, JsonError* error);
  /// Parses the same text again, rewritten (json_repair.h).
  bool ParseRewritten(const std::string& json, LoneSurrogates surrogates, JsonError* error);

  [[nodiscard]] simdjson::dom::element root() const { return root_; }
  [[nodiscard]] bool is_rewritten() const { return is_rewritten_; }
  /// The numbers that OriginalNumber needs, where the document was rewritten.
  [[nodiscard]] const std::vector<JsonNumber>& numbers() const { return numbers_; }

  /// Gives the memory back if the last document was longer than `retained` bytes.
  void Shrink(std::size_t retained);

 private:
  simdjson::error_code ParseText(const std::string& json);

  simdjson::dom::parser parser_;
  simdjson::dom::element root_;
  bool is_rewritten_ = false;
  std::vector<JsonNumber> numbers_;
};

}  // namespace gateway
