// The commands that talk to a running gateway: call, health and wait.
//
// Each returns the process's exit code: 0, kCallFailed for what the gateway answered or for want of
// one, kBadInput for what was asked. They block, on one thread.
#pragma once

#include <grpcpp/channel.h>

#include <iosfwd>
#include <memory>

#include "gateway/config/config.h"

namespace gateway {

constexpr int kCallFailed = 1;
constexpr int kBadInput = 2;

/// Calls `client.method` with `client.json` (`-`: what `in` holds) and prints the response to
/// `out`, as JSON. Errors, with their details, go to `err`.
int RunCall(const ClientConfig& client, std::istream& in, std::ostream& out, std::ostream& err);

/// 0 only if the gateway at `client.address` is SERVING.
int RunHealth(const ClientConfig& client, std::ostream& out, std::ostream& err);

/// Like Health, but asks until it is so, or `client.max_wait` has passed.
int RunWait(const ClientConfig& client, std::ostream& out, std::ostream& err);

/// To the gateway at `client.address`; connects when it is first used. Null, with the faults told,
/// if the files for TLS are not sound.
std::shared_ptr<grpc::Channel> OpenChannelTo(const ClientConfig& client, std::ostream& err);

}  // namespace gateway
