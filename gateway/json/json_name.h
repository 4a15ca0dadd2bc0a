// The names that fields have in JSON. A function without state.
#pragma once

#include <google/protobuf/descriptor.h>

#include <string>

namespace gateway {

/// The JSON name, or `[package.name]` of an extension (proto2).
std::string JsonName(const google::protobuf::FieldDescriptor& field);

}  // namespace gateway
