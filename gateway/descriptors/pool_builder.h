// DescriptorFiles → a descriptor pool.
//
// Not thread-safe; for start.
#pragma once

#include <google/protobuf/descriptor.h>

#include <cstddef>

#include "gateway/base/result.h"
#include "gateway/descriptors/descriptor_files.h"

namespace gateway {

/// The most files that import each other in a row. They are followed by recursion, and that of
/// libprotobuf would overflow the stack.
constexpr std::size_t kMaxImportChain = 1000;

/// Builds all files that can be built. Errors name set, file and symbol. A file whose imports
/// failed has no errors of its own.
[[nodiscard]] Errors BuildPool(const DescriptorFiles& files,
                               google::protobuf::DescriptorPool& pool);

}  // namespace gateway
