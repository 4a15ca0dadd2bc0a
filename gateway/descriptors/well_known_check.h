// Whether messages that ProtoJSON knows by name are what it knows.
//
// A pure function.
#pragma once

#include <google/protobuf/descriptor.h>

namespace gateway {

/// False for a message that has the name of a well-known type and not its fields, on which
/// transcoding relies without looking.
bool IsWhatItsNamePromises(const google::protobuf::Descriptor& message);

}  // namespace gateway
