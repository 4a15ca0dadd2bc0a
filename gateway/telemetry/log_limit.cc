#include "gateway/telemetry/log_limit.h"

#include <utility>

#include "gateway/base/mutex.h"

namespace gateway {

std::optional<std::int64_t> LogLimit::Admit(std::string_view kind, Clock::time_point now) {
  const MutexLock lock(&mutex_);
  if (windows_.size() >= kMaxKinds) windows_.clear();
  Window& window = windows_.try_emplace(std::string(kind), Window{.begin = now}).first->second;
  if (now - window.begin >= kWindow) {
    window.begin = now;
    window.written = 0;
  }
  if (window.written == kLinesPerWindow) {
    ++window.left_out;
    return std::nullopt;
  }
  ++window.written;
  return std::exchange(window.left_out, 0);
}

}  // namespace gateway
