// The REST spellings of enum values, for reading and writing. Functions without state.
//
// Writing: `(gateway.v1.json_name)`, else, in files that import gateway/v1/annotations.proto, the
// value's name without its enum type's prefix, else the full name. Reading accepts all of them, in
// every file; where a stripped name is ambiguous the full name wins.
#pragma once

#include <google/protobuf/descriptor.h>

#include <string>
#include <unordered_map>

namespace gateway {

/// The spelling that is written. An alias is written as the first value of its number. Looks at all
/// values of the type: what is written often takes the name from JsonTables.
std::string EnumJsonName(const google::protobuf::EnumValueDescriptor& value);

/// All spellings that are read, to numbers.
std::unordered_map<std::string, int> EnumJsonNames(const google::protobuf::EnumDescriptor& type);

/// Numbers to the spellings that are written.
std::unordered_map<int, std::string> WrittenEnumNames(const google::protobuf::EnumDescriptor& type);

}  // namespace gateway
