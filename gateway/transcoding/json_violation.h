// Errors of json_writer, `data[3].createdAt: rule` → violations of request fields by proto names.
//
// Pure functions.
#pragma once

#include <google/protobuf/descriptor.h>
#include <grpcpp/support/status.h>

#include <string>

namespace gateway {

/// The rule alone.
std::string RuleOf(const grpc::Status& error);

/// The place, e.g. `data[3].created_at`. `message`: what was written. Names that it does not know
/// (within an Any) stay as they are.
std::string FieldOf(const grpc::Status& error, const google::protobuf::Descriptor& message);

}  // namespace gateway
