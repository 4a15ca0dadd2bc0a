// Messages that two readers of the same JSON have made, made comparable: what libprotobuf is known
// to read otherwise than we do is left out. json_leniency_test.cc lists the differences one by one.
//
// Functions without state, thread-safe.
#pragma once

#include <google/protobuf/message.h>

#include <string>

namespace gateway {

/// Whether the document itself is read otherwise: it has -0, which libprotobuf takes for a whole
/// number without sign, or members twice, which it merges and we do not (the last one wins).
bool IsReadOtherwise(const std::string& json);

/// Bytes that are the same for messages that are: whatever the order of maps, and that of the bytes
/// in an Any, which is the JSON's. NaN is NaN here, and 0 is not -0.
std::string Canonical(const google::protobuf::Message& message);

/// The same without enums (libprotobuf does not know their short names) and field masks (it loses
/// capitals at the front of a path).
std::string Comparable(const google::protobuf::Message& message);

}  // namespace gateway
