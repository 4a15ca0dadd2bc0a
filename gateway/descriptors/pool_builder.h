// DescriptorFiles → a descriptor pool.
//
// A function without state, for start.
#pragma once

#include <google/protobuf/descriptor.h>

#include <cstddef>

#include "gateway/base/result.h"
#include "gateway/descriptors/descriptor_files.h"

namespace gateway {

/// Of files that import each other. They are followed by recursion, and libprotobuf's would
/// overflow the stack.
constexpr std::size_t kMaxImportChain = 1000;

/// Builds all files that can be built. Errors name set, file and symbol; of a file whose imports
/// are faulty nothing is said.
void BuildPool(const DescriptorFiles& files, google::protobuf::DescriptorPool& pool,
               Errors& faults);

}  // namespace gateway
