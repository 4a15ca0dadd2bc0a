// Header lines and body pieces, as libcurl hands them over → one HttpResponse, if it is whole and
// within its limits.
//
// Keeps the final response only: interim 1xx responses and trailers leave no trace. Knows no
// libcurl. Not thread-safe; used on the loop thread only.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "gateway/base/http_message.h"
#include "gateway/upstream/content_decoder.h"

namespace gateway {

/// Why a response cannot be passed on.
enum class ResponseFlaw {
  kNone,
  kTooManyHeaders,
  kTooMuchBody,
  kNotHttp,  ///< Its first line is no status line.
  kCut,      ///< Its end was not seen.
  kCorrupt,  ///< Its content is not what its Content-Encoding says.
};

/// How a response ended that libcurl takes for whole.
struct ResponseEnd {
  /// It has no body: it responds to a HEAD request.
  bool to_head = false;
  /// The connection's end, if it is also the response's, was an orderly one.
  bool orderly = true;
};

class ResponseAssembler {
 public:
  /// The limit of status lines and header lines, those of interim responses and trailers included.
  static constexpr std::size_t kMaxHeaderBytes = std::size_t{64} << 10;

  explicit ResponseAssembler(std::size_t max_body_bytes) : max_body_bytes_(max_body_bytes) {}

  /// Takes one line with its line end. False: there is a flaw, stop the transfer.
  bool AddHeaderLine(std::string_view line);
  /// Takes bytes of the body as they came. False: there is a flaw, stop the transfer.
  bool AddBody(std::string_view bytes);
  /// Looks whether the response is whole. False: there is a flaw.
  bool Finish(const ResponseEnd& end);

  /// Whether any byte of a response came.
  [[nodiscard]] bool begun() const { return header_bytes_ > 0; }
  /// Whether the final response's header block came to its end: without it there is no response,
  /// even if libcurl takes the connection's end for one.
  [[nodiscard]] bool has_head() const { return has_head_; }
  /// The final response's status, once its status line came; else 0.
  [[nodiscard]] int status() const;
  [[nodiscard]] bool is_error() const { return status() != 0 && !IsSuccess(); }
  [[nodiscard]] ResponseFlaw flaw() const { return flaw_; }

  HttpResponse Release() { return std::move(response_); }

 private:
  bool AddStatusLine(std::string_view line);
  void AddHeader(std::string_view line);
  void OnHeadEnd();
  void Reserve();
  bool AddCompressed(std::string_view bytes);
  bool FailWith(ResponseFlaw flaw);
  [[nodiscard]] bool IsSuccess() const;
  /// By its status: 204 and the like.
  [[nodiscard]] bool HasNoBody() const;
  [[nodiscard]] ResponseFlaw FlawOfFraming(const ResponseEnd& end) const;
  [[nodiscard]] bool IsChunked() const;

  std::size_t max_body_bytes_;
  std::size_t header_bytes_ = 0;
  /// Before decompression.
  std::size_t body_bytes_ = 0;
  bool expects_status_line_ = true;
  bool is_http2_ = false;
  bool has_head_ = false;
  ResponseFlaw flaw_ = ResponseFlaw::kNone;
  HttpResponse response_;
  /// Null: the body is not compressed, or its content turned out to be corrupt.
  std::unique_ptr<ContentDecoder> decoder_;
  /// The body of a compressed error response as it came, in case its coding is wrong.
  std::string compressed_;
};

}  // namespace gateway
