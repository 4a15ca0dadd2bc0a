// The commands that talk to a running gateway: call, health and wait.
//
// Each returns the process's exit code: 0, kCallFailed for what the gateway answered or for want of
// one, kBadInput for what was asked. They block, on one thread.
#pragma once

#include <grpcpp/channel.h>

#include <iosfwd>
#include <memory>
#include <string>

#include "gateway/base/config.h"

namespace gateway {

constexpr int kCallFailed = 1;
constexpr int kBadInput = 2;

/// Calls `line.method` with `line.json` (`-`: what `in` holds) and prints the response to `out`, as
/// JSON. Errors, with their details, go to `err`.
int Call(const CommandLine& line, std::istream& in, std::ostream& out, std::ostream& err);

/// 0 only if the gateway at `address` is SERVING.
int Health(const std::string& address, std::ostream& out, std::ostream& err);

/// Like Health, but asks until it is so, or `max_wait` has passed.
int Wait(const std::string& address, std::chrono::milliseconds max_wait, std::ostream& out,
         std::ostream& err);

/// To a gateway, in plaintext; connects when it is first used.
std::shared_ptr<grpc::Channel> ChannelTo(const std::string& address);

}  // namespace gateway
