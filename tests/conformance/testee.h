// One test of protobuf's conformance suite, done by our JSON reader and writer. Where neither side
// is JSON it is libprotobuf that is tested: that is no more than a check of the harness.
//
// Not thread-safe. The descriptors must outlive it.
#pragma once

#include "gateway/descriptors/descriptor_source.h"
#include "gateway/json/json_reader.h"
#include "tests/conformance/conformance.pb.h"

namespace gateway {

class Testee {
 public:
  /// `source` has the types of the messages that requests name.
  explicit Testee(const DescriptorSource& source) : source_(source), tables_(source.pool()) {}

  conformance::ConformanceResponse Answer(const conformance::ConformanceRequest& request);

 private:
  using Descriptor = google::protobuf::Descriptor;

  conformance::ConformanceResponse Convert(const conformance::ConformanceRequest& request,
                                           const Descriptor& type);
  Result<std::string> ToWire(const conformance::ConformanceRequest& request,
                             const Descriptor& type);

  const DescriptorSource& source_;
  const JsonTables tables_;
};

}  // namespace gateway
