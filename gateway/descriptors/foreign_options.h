// Options of a stranger's API that happen to have the numbers of ours.
//
// A pure function.
#pragma once

#include <google/protobuf/descriptor.pb.h>

namespace gateway {

/// Drops the options that the set declares with a number of (gateway.v1) and another name. Numbers
/// for in-house use are free to everybody, and what another house means must not be read as ours.
/// The set's options must be unparsed, as unknown fields.
void DropForeignOptions(google::protobuf::FileDescriptorSet& set);

}  // namespace gateway
