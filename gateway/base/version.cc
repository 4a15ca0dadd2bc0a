#include "gateway/base/version.h"

namespace gateway {

std::string_view Version() { return EXTEND_GATEWAY_VERSION; }

}  // namespace gateway
