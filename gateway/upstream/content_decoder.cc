#include "gateway/upstream/content_decoder.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <functional>
#include <new>
#include <ranges>
#include <utility>

#include "gateway/base/ascii.h"

namespace gateway {
namespace {

enum class Coding { kGzip, kDeflate };

constexpr std::size_t kOutputBytes = std::size_t{16} << 10;
/// Each is a buffer of 32 KiB; a sender that means well has one.
constexpr std::size_t kMaxCodings = 4;

/// Incompressible content grows by less than this.
constexpr std::size_t MostBytesFor(std::size_t content_bytes) {
  constexpr std::size_t kHeaders = 1024;
  constexpr std::size_t kOverheadShare = 1024;
  return content_bytes + content_bytes / kOverheadShare + kHeaders;
}

/// The codings of one header value that we know.
void AddCodings(std::string_view value, std::vector<Coding>& codings) {
  while (!value.empty()) {
    const std::size_t end = std::min(value.find(','), value.size());
    const std::string_view name = Trimmed(value.substr(0, end));
    value.remove_prefix(std::min(end + 1, value.size()));
    if (EqualsIgnoreCase(name, "gzip") || EqualsIgnoreCase(name, "x-gzip")) {
      codings.push_back(Coding::kGzip);
    } else if (EqualsIgnoreCase(name, "deflate")) {
      codings.push_back(Coding::kDeflate);
    }
  }
}

bool IsGzip(std::string_view magic) { return magic == "\x1f\x8b"; }

/// RFC 1950; some senders of "deflate" leave this wrapper out.
bool IsZlib(std::string_view magic) {
  const auto first = static_cast<unsigned char>(magic[0]);
  const auto second = static_cast<unsigned char>(magic[1]);
  constexpr unsigned kMethod = 0x0f;
  return (first & kMethod) == Z_DEFLATED && (first * 256U + second) % 31 == 0;
}

}  // namespace

/// Undoes one coding.
class ContentDecoder::Stage {
 public:
  using Sink = std::function<Result(std::string_view content)>;

  explicit Stage(Coding coding) : coding_(coding) {}
  ~Stage() {
    if (initialised_) inflateEnd(&zlib_);
  }
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  Result Decode(std::string_view bytes, std::size_t max_bytes, const Sink& sink);
  [[nodiscard]] bool at_end() const {
    return place_ == Place::kBehind || (place_ == Place::kBetween && magic_.empty());
  }

 private:
  enum class Place {
    kStart,    ///< Before the first two bytes, which say what it is.
    kWithin,   ///< In compressed data.
    kBetween,  ///< After a gzip member: another may follow.
    kBehind,   ///< After the end. What follows, such as padding with zeros, is ignored.
  };

  Result Begin(const Sink& sink);
  Result Inflate(std::string_view& bytes, const Sink& sink);

  const Coding coding_;
  Place place_ = Place::kStart;
  std::string magic_;
  std::size_t received_ = 0;
  /// zlib points back to it.
  z_stream zlib_{};
  bool initialised_ = false;
};

ContentDecoder::Result ContentDecoder::Stage::Decode(std::string_view bytes, std::size_t max_bytes,
                                                     const Sink& sink) {
  received_ += bytes.size();
  if (received_ > MostBytesFor(max_bytes)) return Result::kTooLarge;
  while (!bytes.empty() && place_ != Place::kBehind) {
    Result result = Result::kOk;
    if (place_ == Place::kWithin) {
      result = Inflate(bytes, sink);
    } else {
      constexpr std::size_t kMagicBytes = 2;
      magic_.push_back(bytes.front());
      bytes.remove_prefix(1);
      if (place_ == Place::kBetween && magic_.front() != '\x1f') {
        place_ = Place::kBehind;
      } else if (magic_.size() == kMagicBytes) {
        result = Begin(sink);
      }
    }
    if (result != Result::kOk) return result;
  }
  return Result::kOk;
}

ContentDecoder::Result ContentDecoder::Stage::Begin(const Sink& sink) {
  const bool is_gzip = IsGzip(magic_);
  if (place_ == Place::kBetween) {
    if (!is_gzip) {
      place_ = Place::kBehind;
      return Result::kOk;
    }
    inflateReset(&zlib_);
  } else {
    if (coding_ == Coding::kGzip && !is_gzip) return Result::kCorrupt;
    constexpr int kGzip = 16;
    int window = MAX_WBITS;
    if (coding_ == Coding::kGzip) window += kGzip;
    if (coding_ == Coding::kDeflate && !IsZlib(magic_)) window = -MAX_WBITS;
    if (inflateInit2(&zlib_, window) != Z_OK) throw std::bad_alloc();
    initialised_ = true;
  }
  place_ = Place::kWithin;
  const std::string magic = std::exchange(magic_, {});
  std::string_view bytes = magic;
  return Inflate(bytes, sink);
}

ContentDecoder::Result ContentDecoder::Stage::Inflate(std::string_view& bytes, const Sink& sink) {
  std::array<char, kOutputBytes> output;
  zlib_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  zlib_.avail_in = static_cast<uInt>(bytes.size());
  int code = Z_OK;
  while (code == Z_OK) {
    zlib_.next_out = reinterpret_cast<Bytef*>(output.data());
    zlib_.avail_out = static_cast<uInt>(output.size());
    code = inflate(&zlib_, Z_NO_FLUSH);
    const Result result = sink({output.data(), output.size() - zlib_.avail_out});
    if (result != Result::kOk) return result;
    if (zlib_.avail_in == 0 && zlib_.avail_out > 0) break;
  }
  bytes.remove_prefix(bytes.size() - zlib_.avail_in);
  if (code == Z_STREAM_END) place_ = coding_ == Coding::kGzip ? Place::kBetween : Place::kBehind;
  const bool sound = code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR;
  return sound ? Result::kOk : Result::kCorrupt;
}

std::unique_ptr<ContentDecoder> ContentDecoder::For(std::span<const std::string_view> encodings,
                                                    std::size_t max_content_bytes) {
  std::vector<Coding> codings;
  for (const std::string_view value : encodings) AddCodings(value, codings);
  if (codings.empty() || codings.size() > kMaxCodings) return nullptr;
  std::unique_ptr<ContentDecoder> decoder(new ContentDecoder(max_content_bytes));
  for (const Coding coding : std::views::reverse(codings)) {
    decoder->stages_.push_back(std::make_unique<Stage>(coding));
  }
  return decoder;
}

ContentDecoder::ContentDecoder(std::size_t max_content_bytes) : max_bytes_(max_content_bytes) {}

ContentDecoder::~ContentDecoder() = default;

ContentDecoder::Result ContentDecoder::Decode(std::string_view bytes, std::string& content) {
  return DecodeFrom(0, bytes, content);
}

ContentDecoder::Result ContentDecoder::DecodeFrom(std::size_t stage, std::string_view bytes,
                                                  std::string& content) {
  if (stage == stages_.size()) {
    if (bytes.size() > max_bytes_ - content.size()) return Result::kTooLarge;
    content.append(bytes);
    return Result::kOk;
  }
  return stages_[stage]->Decode(bytes, max_bytes_, [&](std::string_view decoded) {
    return DecodeFrom(stage + 1, decoded, content);
  });
}

bool ContentDecoder::at_end() const {
  return std::ranges::all_of(stages_, [](const auto& stage) { return stage->at_end(); });
}

}  // namespace gateway
