// Random messages of any type, all of which have JSON: the same for the same seed on every machine.
#pragma once

#include <google/protobuf/any.pb.h>
#include <google/protobuf/duration.pb.h>
#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/message.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/timestamp.pb.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "tests/transcoding/all_types.pb.h"

namespace gateway {

class RandomMessage {
 public:
  RandomMessage(std::uint64_t seed, std::vector<int> enum_numbers)
      : random_(seed), enum_numbers_(std::move(enum_numbers)) {}

  /// 0 to `end` - 1.
  std::uint64_t Below(std::uint64_t end) { return random_() % end; }

  /// Sets some fields of `message`.
  void Fill(google::protobuf::Message* message, int depth) {
    const google::protobuf::Descriptor& type = *message->GetDescriptor();
    if (FillWellKnown(message, depth)) return;
    const auto count = static_cast<std::uint64_t>(type.field_count());
    for (std::uint64_t i = Below(8); i > 0 && depth > 0 && count > 0; --i) {
      FillField(message, *type.field(static_cast<int>(Below(count))), depth - 1);
    }
  }

 private:
  using Field = google::protobuf::FieldDescriptor;

  void FillField(google::protobuf::Message* message, const Field& field, int depth) {
    if (!field.is_repeated()) return Set(message, field, depth);
    if (field.is_map()) return AddEntry(message, field, depth);
    for (std::uint64_t i = Below(4); i > 0; --i) Set(message, field, depth);
  }

  // One entry only: maps with an order of their own could not be compared inside an Any.
  void AddEntry(google::protobuf::Message* message, const Field& field, int depth) {
    const auto& reflection = *message->GetReflection();
    reflection.ClearField(message, &field);
    google::protobuf::Message* entry = reflection.AddMessage(message, &field);
    Set(entry, *field.message_type()->field(0), depth);
    Set(entry, *field.message_type()->field(1), depth);
  }

  void Set(google::protobuf::Message* message, const Field& field, int depth) {
    const auto& reflection = *message->GetReflection();
    const bool add = field.is_repeated();
#define GATEWAY_SET(Type, value) \
  add ? reflection.Add##Type(message, &field, value) : reflection.Set##Type(message, &field, value)
    switch (field.cpp_type()) {
      case Field::CPPTYPE_INT32:
        return GATEWAY_SET(Int32, static_cast<std::int32_t>(Bits()));
      case Field::CPPTYPE_INT64:
        return GATEWAY_SET(Int64, static_cast<std::int64_t>(Bits()));
      case Field::CPPTYPE_UINT32:
        return GATEWAY_SET(UInt32, static_cast<std::uint32_t>(Bits()));
      case Field::CPPTYPE_UINT64:
        return GATEWAY_SET(UInt64, Bits());
      case Field::CPPTYPE_DOUBLE:
        return GATEWAY_SET(Double, Double());
      case Field::CPPTYPE_FLOAT:
        return GATEWAY_SET(Float, Float());
      case Field::CPPTYPE_BOOL:
        return GATEWAY_SET(Bool, Below(2) == 1);
      case Field::CPPTYPE_ENUM:
        return GATEWAY_SET(EnumValue, EnumNumber(field));
      case Field::CPPTYPE_STRING:
        return GATEWAY_SET(String, field.type() == Field::TYPE_BYTES ? Bytes() : Text());
      case Field::CPPTYPE_MESSAGE:
        return Fill(add ? reflection.AddMessage(message, &field)
                        : reflection.MutableMessage(message, &field),
                    depth);
    }
#undef GATEWAY_SET
  }

  bool FillWellKnown(google::protobuf::Message* message, int depth) {
    if (auto* time = dynamic_cast<google::protobuf::Timestamp*>(message)) {
      time->set_seconds(static_cast<std::int64_t>(Below(253402300800 + 62135596800)) - 62135596800);
      time->set_nanos(Nanos());
    } else if (auto* duration = dynamic_cast<google::protobuf::Duration*>(message)) {
      const int sign = Below(2) == 1 ? 1 : -1;
      duration->set_seconds(sign * static_cast<std::int64_t>(Below(315576000001)));
      duration->set_nanos(sign * Nanos());
    } else if (auto* mask = dynamic_cast<google::protobuf::FieldMask*>(message)) {
      for (std::uint64_t i = Below(3); i > 0; --i)
        mask->add_paths("foo_bar.baz" + std::to_string(i));
    } else if (auto* value = dynamic_cast<google::protobuf::Value*>(message)) {
      FillValue(value, depth);
    } else if (auto* any = dynamic_cast<google::protobuf::Any*>(message)) {
      FillAny(any);
    } else {
      return false;
    }
    return true;
  }

  void FillValue(google::protobuf::Value* value, int depth) {
    switch (Below(depth > 0 ? 6 : 4)) {
      case 0:
        return value->set_null_value(google::protobuf::NULL_VALUE);
      case 1:
        return value->set_bool_value(Below(2) == 1);
      case 2:
        return value->set_string_value(Text());
      case 3:
        return value->set_number_value(FiniteDouble());
      case 4:
        return Fill(value->mutable_struct_value(), depth);
      default:
        return Fill(value->mutable_list_value(), depth);
    }
  }

  void FillAny(google::protobuf::Any* any) {
    testing::v1::Child child;
    google::protobuf::Timestamp time;
    google::protobuf::Value value;
    switch (Below(3)) {
      case 0:
        child.set_number(1 + static_cast<int>(Below(100)));
        std::ignore = any->PackFrom(child);
        return;
      case 1:
        time.set_seconds(1 + static_cast<int>(Below(100)));
        time.set_nanos(1);
        std::ignore = any->PackFrom(time);
        return;
      default:
        value.set_string_value(Text() + "x");
        std::ignore = any->PackFrom(value);
    }
  }

  // Small and large numbers alike, and the bounds.
  std::uint64_t Bits() {
    switch (Below(6)) {
      case 0:
        return 0;
      case 1:
        return std::uint64_t{1} << 63;
      case 2:
        return ~std::uint64_t{0} >> Below(64);
      default:
        return random_() >> Below(64);
    }
  }
  std::int32_t Nanos() {
    constexpr std::uint64_t kUnits[] = {1000000000, 1000000, 1000, 1};
    const std::uint64_t unit = kUnits[Below(4)];
    return static_cast<std::int32_t>(Below(1000000000 / unit) * unit);
  }
  double FiniteDouble() {
    const auto number = std::bit_cast<double>(random_());
    return std::isfinite(number) ? number : static_cast<double>(Below(1000)) / 8;
  }
  double Double() {
    constexpr double kSpecial[] = {
        std::numeric_limits<double>::quiet_NaN(),  std::numeric_limits<double>::infinity(),
        -std::numeric_limits<double>::infinity(),  std::numeric_limits<double>::max(),
        std::numeric_limits<double>::denorm_min(), 1};
    return Below(4) == 0 ? kSpecial[Below(6)] : FiniteDouble();
  }
  float Float() {
    const auto number = std::bit_cast<float>(static_cast<std::uint32_t>(random_()));
    return std::isnan(number) ? std::numeric_limits<float>::quiet_NaN() : number;
  }
  int EnumNumber(const Field& field) {
    if (field.enum_type()->value_count() == 1) return 0;  // NullValue has nothing else
    return enum_numbers_[Below(enum_numbers_.size())];
  }
  std::string Bytes() {
    std::string bytes(Below(8), '\0');
    for (char& byte : bytes) byte = static_cast<char>(random_());
    return bytes;
  }
  std::string Text() {
    constexpr const char* kPieces[] = {"a",    "Z9",  "\"",     "\\",     "\n",
                                       "\x01", "/",   "\u00e9", "\u2028", "\U0001f600",
                                       "\x7f", "<&>", " ",      "null"};
    std::string text;
    for (std::uint64_t i = Below(5); i > 0; --i) text += kPieces[Below(std::size(kPieces))];
    return text;
  }

  std::mt19937_64 random_;
  std::vector<int> enum_numbers_;
};

}  // namespace gateway
