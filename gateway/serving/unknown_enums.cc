#include "gateway/serving/unknown_enums.h"

#include <mutex>
#include <set>
#include <string>

#include "gateway/telemetry/logging.h"

namespace gateway {

void LogUnknownEnum(const google::protobuf::EnumDescriptor& type) {
  static std::mutex mutex;
  static std::set<std::string> reported;  // Bounded by the number of enum types.
  {
    const std::scoped_lock lock(mutex);
    if (!reported.insert(type.full_name()).second) return;
  }
  Log(LogLevel::kWarn, "unknown value of enum " + type.full_name());
}

}  // namespace gateway
