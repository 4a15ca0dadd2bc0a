// The upstream's error body, in any of the four shapes in use, type-checked member by member:
//   {"code","message","retryable","requestId","docUrl","runId"}
//   {"error":{the same}}
//   {"success":false,"error":"text"}
//   {"error":"text"}
//
// Pure function. Anything else (HTML, empty, cut short, wrong types) reads as what it holds, down
// to nothing.
#pragma once

#include <string_view>

#include "gateway/base/response_class.h"

namespace gateway {

/// Never fails.
ErrorBody ReadErrorBody(std::string_view body);

}  // namespace gateway
