// What differs between the Protobuf libraries that the gateway is built with: 3.21 of Debian 12 and
// 13, and 36 of the base "next" (deploy/next-packages). Everything else is written so that it
// compiles with both: names of descriptors are strings in one and views in the other.
//
// Thread-safe: functions without state.
#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/stubs/common.h>

#include <string>
#include <string_view>
#include <type_traits>

namespace gateway {

/// The first release that builds descriptors of editions, as people name it: 27 has 2023 and, in
/// the number below, no 2024 yet; the pool itself refuses an edition that is too new for it.
constexpr std::string_view kFirstProtobufWithEditions = "27";
constexpr bool kKnowsEditions = GOOGLE_PROTOBUF_VERSION >= 5027000;

/// Of the library that the program runs with.
inline std::string ProtobufVersion() {
  return google::protobuf::internal::VersionString(GOOGLE_PROTOBUF_VERSION);
}

/// Whether numbers that the enum does not name are no values of it.
template <class EnumDescriptor>
bool IsClosed(const EnumDescriptor& type) {
  if constexpr (requires { type.is_closed(); }) {
    return type.is_closed();
  } else {
    const auto& file = *type.file();
    return file.syntax() == std::remove_cvref_t<decltype(file)>::SYNTAX_PROTO2;
  }
}

/// Takes the errors of a pool's build, which calls AddError in Protobuf 3.21 and RecordError later.
class PoolErrorCollector : public google::protobuf::DescriptorPool::ErrorCollector {
 public:
  virtual void OnError(const std::string& file, const std::string& symbol,
                       const std::string& rule) = 0;

  // Each overrides in one of the libraries, so neither says so.
  // NOLINTBEGIN(modernize-use-override)
  virtual void AddError(const std::string& file, const std::string& symbol,
                        const google::protobuf::Message* /*descriptor*/, ErrorLocation /*location*/,
                        const std::string& rule) {
    OnError(file, symbol, rule);
  }
  virtual void RecordError(std::string_view file, std::string_view symbol,
                           const google::protobuf::Message* /*descriptor*/,
                           ErrorLocation /*location*/, std::string_view rule) {
    OnError(std::string(file), std::string(symbol), std::string(rule));
  }
  // NOLINTEND(modernize-use-override)
};

}  // namespace gateway
