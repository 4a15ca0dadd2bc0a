// Whole files as strings: keys, certificates, descriptor sets, the config file.
//
// Thread-safe. Blocks: not for gRPC or loop threads.
#pragma once

#include <cstddef>
#include <string>
#include <tl/expected.hpp>

namespace gateway {

/// The content of a regular file (or a link to one) of at most `max_bytes`. The error is a sentence
/// that names the path and the problem, never the content.
tl::expected<std::string, std::string> ReadFile(const std::string& path, std::size_t max_bytes);

}  // namespace gateway
