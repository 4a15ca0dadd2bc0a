// The bytes of a response's body as they came → its content, by its Content-Encoding.
//
// Beside libcurl's decoder, which takes a stream that was cut for a whole one, and fails at codings
// that it does not know and at a second gzip member. Not thread-safe; used on the loop thread only.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gateway {

class ContentDecoder {
 public:
  enum class Result {
    kOk,
    kCorrupt,   ///< Not what the coding says. What came out before may be used.
    kTooLarge,  ///< More content than allowed, or far more bytes than it can need.
  };

  /// `encodings`: the values of the Content-Encoding headers, in their order. gzip and deflate are
  /// undone in any case and number; names that we do not know are ignored, as nothing that they
  /// could stand for was asked for. Null: there is nothing to undo.
  static std::unique_ptr<ContentDecoder> For(std::span<const std::string_view> encodings,
                                             std::size_t max_content_bytes);
  ~ContentDecoder();
  ContentDecoder(const ContentDecoder&) = delete;
  ContentDecoder& operator=(const ContentDecoder&) = delete;

  /// Appends the content of the next bytes. Not to be called again after another result than kOk.
  Result Decode(std::string_view bytes, std::string& content);

  /// The compressed data has come to its own end.
  [[nodiscard]] bool at_end() const;

 private:
  class Stage;

  explicit ContentDecoder(std::size_t max_content_bytes);
  Result DecodeFrom(std::size_t stage, std::string_view bytes, std::string& content);

  const std::size_t max_bytes_;
  /// The coding that was applied last comes first.
  std::vector<std::unique_ptr<Stage>> stages_;
};

}  // namespace gateway
