// JSON text that ProtoJSON takes and simdjson refuses, or reads inexactly → text that it takes. For
// the rare documents that need it: all others are parsed as they are.
//
// Functions without state, thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/json/json_numbers.h"

namespace gateway {

/// simdjson's DOM refuses whole numbers beyond 64 bits and floating ones beyond double, wherever
/// they stand, and loses the sign of -0. In the text that is returned a stand-in takes the place of
/// such a number, which is appended to `numbers`.
std::string RepairNumbers(std::string_view json, std::vector<JsonNumber>* numbers);

/// What a floating number in the text of RepairNumbers was before.
JsonNumber OriginalNumber(double floating, const std::vector<JsonNumber>& numbers);

/// Whether RepairNumbers would find a -0. May be wrong when one stands in a string.
bool MayHaveNegativeZero(std::string_view json);

/// simdjson and nlohmann's parser refuse a document for one escaped surrogate that is no half of a
/// pair, which is what JSON.stringify makes of a string that was cut in an emoji. This puts U+FFFD
/// in its place, in names and values.
std::string ReplaceLoneSurrogates(std::string_view json);

}  // namespace gateway
