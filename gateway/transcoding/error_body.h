// The upstream's error body, in any of the four shapes in use, type-checked member by member:
//   {"code","message","retryable","requestId","docUrl"}
//   {"error":{the same}}
//   {"success":false,"error":"text"}
//   {"error":"text"}
// Anything else (HTML, empty, cut short, wrong types) reads as what it holds, down to nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gateway {

struct ErrorBody {
  std::string code;     ///< UPPER_SNAKE of at most 63 characters, else empty.
  std::string message;  ///< Valid UTF-8, as long as it came.
  std::optional<bool> retryable;
  std::string request_id;
  std::string doc_url;
};

/// Never fails.
ErrorBody ReadErrorBody(std::string_view body);

}  // namespace gateway
