// Enum strings of an upstream that has grown: the call goes on with 0, and the log says so, once
// for each enum type of a process.
#pragma once

#include <google/protobuf/descriptor.h>

namespace gateway {

/// Thread-safe.
void LogUnknownEnum(const google::protobuf::EnumDescriptor& type);

}  // namespace gateway
