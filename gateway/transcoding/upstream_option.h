// `(gateway.v1.upstream)`, checked: base URLs, header names and values.
//
// Pure functions. What passes here can be sent, and set as gRPC metadata, without another look.
#pragma once

#include <google/protobuf/descriptor.h>

#include "gateway/base/result.h"
#include "gateway/v1/annotations.pb.h"

namespace gateway {

/// The option of `service` with the defaults filled in: error_domain is never empty.
tl::expected<v1::Upstream, Errors> CompileUpstream(
    const google::protobuf::ServiceDescriptor& service);

}  // namespace gateway
