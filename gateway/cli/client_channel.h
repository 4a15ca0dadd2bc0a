// How the commands that talk to a running gateway (call, health, wait) reach it, and how they end.
//
// Not thread-safe; used on the program's one thread.
#pragma once

#include <grpcpp/channel.h>

#include <memory>

#include "gateway/base/result.h"
#include "gateway/config/config.h"

namespace gateway {

/// Exit codes: the gateway returned an error or cannot be reached; or the request is wrong.
constexpr int kCallFailed = 1;
constexpr int kBadInput = 2;

/// A channel to the gateway at `client.address`, which connects when it is first used. The errors
/// are those of the files for TLS.
tl::expected<std::shared_ptr<grpc::Channel>, Errors> OpenChannelTo(const ClientConfig& client);

}  // namespace gateway
