// How JSON is read: leniently as an upstream's, or strictly as a person's.
#pragma once

#include <google/protobuf/descriptor.h>

#include <functional>

namespace gateway {

struct JsonReadOptions {
  /// Unknown members and enum strings: an upstream that grows must not fail calls (they are skipped
  /// and 0, or unset in proto2), while a person must hear of a typing error (INVALID_ARGUMENT).
  enum class Unknown { kSkip, kReject };
  Unknown unknown = Unknown::kSkip;
  /// Members of a message that have the same name: the last counts, or INVALID_ARGUMENT.
  enum class Duplicates { kLastWins, kReject };
  Duplicates duplicates = Duplicates::kLastWins;
  /// Called for each unknown enum string that was not read. May be empty.
  std::function<void(const google::protobuf::EnumDescriptor&)> on_unknown_enum = {};

  /// What a person wrote: all that an upstream is forgiven is refused.
  static JsonReadOptions Strict() {
    return {.unknown = Unknown::kReject, .duplicates = Duplicates::kReject};
  }
};

}  // namespace gateway
