// How JSON is read: leniently as an upstream's, or strictly as a person's.
#pragma once

#include <google/protobuf/descriptor.h>

#include <functional>

namespace gateway {

struct JsonReadOptions {
  /// Unknown members, enum strings and types of Any: an upstream that grows must not fail calls
  /// (members are skipped, enums are 0, or unset in proto2, and dropped in repeated fields and
  /// maps; Anys are dropped), while a person must hear of a typing error (INVALID_ARGUMENT).
  enum class Unknown { kSkip, kReject };
  Unknown unknown = Unknown::kSkip;
  /// Members of a message that have the same name: the last counts, or INVALID_ARGUMENT.
  enum class Duplicates { kLastWins, kReject };
  Duplicates duplicates = Duplicates::kLastWins;
  /// Escaped surrogates that are no half of a pair: U+FFFD stands for each, or INVALID_ARGUMENT.
  enum class LoneSurrogates { kReplace, kReject };
  LoneSurrogates lone_surrogates = LoneSurrogates::kReplace;
  /// Called for each unknown enum string that was not read. May be empty.
  std::function<void(const google::protobuf::EnumDescriptor&)> on_unknown_enum = {};
  /// Called for each Any that was dropped because its type is unknown. May be empty.
  std::function<void()> on_unknown_any = {};

  /// What a person wrote: all that an upstream is forgiven is refused.
  static JsonReadOptions Strict() {
    return {.unknown = Unknown::kReject,
            .duplicates = Duplicates::kReject,
            .lone_surrogates = LoneSurrogates::kReject};
  }
};

}  // namespace gateway
