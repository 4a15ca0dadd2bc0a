// One JSON value → one value of a scalar field, as the bits that go on the wire, or as bytes.
//
// Not thread-safe; one object reads one document.
#pragma once

#include <google/protobuf/descriptor.h>
#include <simdjson.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/json/json_error.h"
#include "gateway/json/json_numbers.h"
#include "gateway/json/json_tables.h"

namespace gateway {

enum class ScalarRead : std::uint8_t { kValue, kUnknownEnum, kError };

/// Takes both alphabets, with padding or without, and line breaks. False if `text` is neither.
bool DecodeBase64(std::string_view text, std::string* bytes);

/// Reads all scalars but strings and bytes.
class JsonScalars {
 public:
  /// `rewritten`: the numbers of RepairNumbers, if the document was rewritten; else null.
  JsonScalars(const std::vector<JsonNumber>* rewritten, JsonError* error)
      : rewritten_(rewritten), error_(error) {}

  /// `bits` are those of a fixed-size type, or the value of a varint; 0 for an unknown enum string.
  ScalarRead Read(const FieldTable& field, simdjson::dom::element value, std::uint64_t* bits);
  /// The same for the key of a map, which is text in JSON. Keys that are strings are not for it.
  ScalarRead ReadKey(const FieldTable& field, std::string_view text, std::uint64_t* bits);
  /// A number of google.protobuf.Value, as the bits of a double.
  bool ReadDouble(simdjson::dom::element value, std::uint64_t* bits);

  /// Whether a floating field was a whole 0, which may have been -0 before simdjson read it.
  [[nodiscard]] bool saw_whole_zero() const { return saw_whole_zero_; }

 private:
  using Type = google::protobuf::FieldDescriptor::Type;

  bool ReadNumber(simdjson::dom::element value, JsonNumber* number) const;
  bool ReadFloating(Type type, simdjson::dom::element value, std::uint64_t* bits);
  ScalarRead ReadEnum(const FieldTable& field, simdjson::dom::element value, std::uint64_t* bits);

  const std::vector<JsonNumber>* rewritten_;
  bool saw_whole_zero_ = false;
  JsonError* error_;
};

}  // namespace gateway
