#include "gateway/json/json_document.h"

#include <utility>

#include "gateway/base/clean_text.h"
#include "gateway/json/json_repair.h"

namespace gateway {
namespace {

constexpr std::size_t kFirstCapacity = 4096;

// Whether a number is malformed, or out of the range that simdjson holds: from simdjson 4 on, whole
// numbers beyond 64 bits have an error of their own.
template <class Code>
bool IsOfNumber(Code code) {
  if constexpr (requires { Code::BIGINT_ERROR; }) {
    if (code == Code::BIGINT_ERROR) return true;
  }
  return code == Code::NUMBER_ERROR;
}

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
    // simdjson refuses the level that is given to it.
    const auto code = parser_.allocate(kFirstCapacity, kMaxJsonDepth + 1);
    if (code != simdjson::SUCCESS) return code;
  }
  return parser_.parse(json).get(root_);
}

bool JsonDocument::Parse(const std::string& json, LoneSurrogates surrogates, JsonError* error) {
  is_rewritten_ = false;
  if (std::string_view text = json; SkipByteOrderMark(text)) {
    return ParseRewritten(json, surrogates, error);
  }
  const simdjson::error_code code = ParseText(json);
  const bool may_be_rewritten = IsOfNumber(code) || (code == simdjson::STRING_ERROR &&
                                                     surrogates == LoneSurrogates::kReplace);
  if (may_be_rewritten) return ParseRewritten(json, surrogates, error);
  return Report(code, error);
}

bool JsonDocument::ParseRewritten(const std::string& json, LoneSurrogates surrogates,
                                  JsonError* error) {
  is_rewritten_ = true;
  numbers_.clear();
  std::string_view text = json;
  SkipByteOrderMark(text);
  // simdjson 3.0 refuses a second one, and later ones skip it.
  if (SkipByteOrderMark(text)) return Report(simdjson::TAPE_ERROR, error);
  std::string replaced;
  if (surrogates == LoneSurrogates::kReplace) text = replaced = ReplaceLoneSurrogates(text);
  return Report(ParseText(RepairNumbers(text, &numbers_)), error);
}

void JsonDocument::Shrink(std::size_t retained) {
  if (parser_.capacity() <= retained) return;
  parser_ = simdjson::dom::parser();
  root_ = simdjson::dom::element();
  numbers_ = {};
}

}  // namespace gateway
