#include "gateway/json/json_document.h"

#include <utility>

#include "gateway/json/json_numbers.h"

namespace gateway {
namespace {

constexpr std::size_t kFirstCapacity = 4096;

bool Report(simdjson::error_code code, JsonError* error) {
  switch (code) {
    case simdjson::SUCCESS:
      return true;
    case simdjson::EMPTY:
      return error->Set("not JSON: empty");
    case simdjson::DEPTH_ERROR:
      return error->Set("nests deeper than " + std::to_string(kMaxJsonDepth) + " levels of JSON");
    case simdjson::UTF8_ERROR:
      return error->Set("not JSON: invalid UTF-8");
    case simdjson::STRING_ERROR:
    case simdjson::UNESCAPED_CHARS:
    case simdjson::UNCLOSED_STRING:
      return error->Set("not JSON: a string is malformed");
    case simdjson::NUMBER_ERROR:
      return error->Set("not JSON: a number is malformed");
    case simdjson::CAPACITY:
    case simdjson::MEMALLOC:
      return error->Set("too large to be parsed");
    default:
      return error->Set("not JSON");
  }
}

}  // namespace

simdjson::error_code JsonDocument::ParseText(const std::string& json) {
  if (parser_.capacity() == 0) {
    // simdjson refuses the level that it is told.
    const auto code = parser_.allocate(kFirstCapacity, kMaxJsonDepth + 1);
    if (code != simdjson::SUCCESS) return code;
  }
  return parser_.parse(json).get(root_);
}

bool JsonDocument::Parse(const std::string& json, JsonError* error) {
  is_rewritten_ = false;
  const simdjson::error_code code = ParseText(json);
  if (code == simdjson::NUMBER_ERROR) return ParseRewritten(json, error);
  return Report(code, error);
}

bool JsonDocument::ParseRewritten(const std::string& json, JsonError* error) {
  is_rewritten_ = true;
  return Report(ParseText(RewriteNumbers(json)), error);
}

void JsonDocument::Shrink(std::size_t retained) {
  if (parser_.capacity() <= retained) return;
  parser_ = simdjson::dom::parser();
  root_ = simdjson::dom::element();
}

}  // namespace gateway
