// Header lines and body pieces, as libcurl hands them over → one HttpResponse, within its limits.
//
// Keeps the final answer only: interim 1xx answers and trailers leave no trace. Knows no libcurl.
// Used by one thread.
#pragma once

#include <cstddef>
#include <string_view>
#include <utility>

#include "gateway/base/http_message.h"

namespace gateway {

class ResponseAssembler {
 public:
  /// Status lines, interim answers and trailers included.
  static constexpr std::size_t kMaxHeaderBytes = std::size_t{64} << 10;

  enum class Overflow { kNone, kHeaders, kBody };

  explicit ResponseAssembler(std::size_t max_body_bytes) : max_body_bytes_(max_body_bytes) {}

  /// One line with its line end. False: over the limit, stop the transfer.
  bool AddHeaderLine(std::string_view line);
  /// Decompressed bytes. False: over the limit, stop the transfer.
  bool AddBody(std::string_view bytes);

  /// Whether any byte of an answer came.
  [[nodiscard]] bool begun() const { return header_bytes_ > 0; }
  /// Whether the final answer's header block came to its end: without it there is no answer, even
  /// if libcurl takes the connection's end for one.
  [[nodiscard]] bool has_head() const { return has_head_; }
  [[nodiscard]] Overflow overflow() const { return overflow_; }

  HttpResponse Take() { return std::move(response_); }

 private:
  void Reserve();

  std::size_t max_body_bytes_;
  std::size_t header_bytes_ = 0;
  bool has_head_ = false;
  Overflow overflow_ = Overflow::kNone;
  HttpResponse response_;
};

}  // namespace gateway
