#include "gateway/json/json_document.h"

#include <utility>

#include "gateway/json/json_numbers.h"

namespace gateway {
namespace {

constexpr std::size_t kFirstCapacity = 4096;

bool Explain(simdjson::error_code error, JsonError* fault) {
  switch (error) {
    case simdjson::SUCCESS:
      return true;
    case simdjson::EMPTY:
      return fault->Set("not JSON: empty");
    case simdjson::DEPTH_ERROR:
      return fault->Set("nests deeper than " + std::to_string(kMaxJsonDepth) + " levels of JSON");
    case simdjson::UTF8_ERROR:
      return fault->Set("not JSON: invalid UTF-8");
    case simdjson::STRING_ERROR:
    case simdjson::UNESCAPED_CHARS:
    case simdjson::UNCLOSED_STRING:
      return fault->Set("not JSON: a string is malformed");
    case simdjson::NUMBER_ERROR:
      return fault->Set("not JSON: a number is malformed");
    case simdjson::CAPACITY:
    case simdjson::MEMALLOC:
      return fault->Set("too large to be parsed");
    default:
      return fault->Set("not JSON");
  }
}

}  // namespace

simdjson::error_code JsonDocument::ParseText(const std::string& json) {
  if (parser_.capacity() == 0) {
    // simdjson refuses the level that it is told.
    const auto error = parser_.allocate(kFirstCapacity, kMaxJsonDepth + 1);
    if (error != simdjson::SUCCESS) return error;
  }
  return parser_.parse(json).get(root_);
}

bool JsonDocument::Parse(const std::string& json, JsonError* fault) {
  is_rewritten_ = false;
  const simdjson::error_code error = ParseText(json);
  if (error == simdjson::NUMBER_ERROR) return ParseRewritten(json, fault);
  return Explain(error, fault);
}

bool JsonDocument::ParseRewritten(const std::string& json, JsonError* fault) {
  is_rewritten_ = true;
  return Explain(ParseText(RewriteNumbers(json)), fault);
}

void JsonDocument::Shrink(std::size_t retained) {
  if (parser_.capacity() <= retained) return;
  parser_ = simdjson::dom::parser();
  root_ = simdjson::dom::element();
}

}  // namespace gateway
