#include "gateway/upstream/response_assembler.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "gateway/base/ascii.h"
#include "gateway/base/header_policy.h"

namespace gateway {
namespace {

constexpr int kFirstStatus = 100;
constexpr int kFirstFinalStatus = 200;
constexpr int kFirstRedirect = 300;
constexpr int kNoContent = 204;
constexpr int kResetContent = 205;
constexpr int kNotModified = 304;

/// `HTTP/1.1 200 OK`, `HTTP/2 200` → 200; 0 for anything else.
int StatusOf(std::string_view status_line) {
  constexpr std::size_t kDigits = 3;
  const std::size_t space = std::min(status_line.find(' '), status_line.size());
  const std::string_view rest = Trimmed(status_line.substr(space));
  const std::string_view digits = rest.substr(0, kDigits);
  if (digits.size() < kDigits || !std::ranges::all_of(digits, IsDigit)) return 0;
  if (rest.size() > kDigits && rest[kDigits] != ' ') return 0;
  int status = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), status);
  return status >= kFirstStatus ? status : 0;
}

/// False: it is no number that can be represented.
bool ParseLength(std::string_view text, std::size_t& length) {
  return std::from_chars(text.data(), text.data() + text.size(), length).ec == std::errc();
}

}  // namespace

bool ResponseAssembler::FailWith(ResponseFlaw flaw) {
  flaw_ = flaw;
  return flaw == ResponseFlaw::kNone;
}

int ResponseAssembler::status() const {
  return response_.status >= kFirstFinalStatus ? response_.status : 0;
}

bool ResponseAssembler::IsSuccess() const {
  return response_.status >= kFirstFinalStatus && response_.status < kFirstRedirect;
}

bool ResponseAssembler::HasNoBody() const {
  return response_.status == kNoContent || response_.status == kNotModified;
}

bool ResponseAssembler::AddHeaderLine(std::string_view line) {
  header_bytes_ += line.size();
  if (header_bytes_ > kMaxHeaderBytes) return FailWith(ResponseFlaw::kTooManyHeaders);
  if (has_head_) return true;  // A trailer.
  if (std::exchange(expects_status_line_, false)) return AddStatusLine(Trimmed(line));
  if (line.starts_with(' ') || line.starts_with('\t')) return true;  // An obsolete continuation.
  line = Trimmed(line);
  if (line.empty()) {
    OnHeadEnd();
  } else {
    AddHeader(line);
  }
  return true;
}

bool ResponseAssembler::AddStatusLine(std::string_view line) {
  response_.headers.clear();
  response_.status = line.starts_with("HTTP/") ? StatusOf(line) : 0;
  is_http2_ = line.starts_with("HTTP/2");
  return FailWith(response_.status == 0 ? ResponseFlaw::kNotHttp : ResponseFlaw::kNone);
}

void ResponseAssembler::AddHeader(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return;
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = Trimmed(line.substr(colon + 1));
  if (IsHeaderName(name) && IsHeaderValue(value)) {
    response_.headers.push_back({ToLower(name), std::string(value)});
  }
}

void ResponseAssembler::OnHeadEnd() {
  has_head_ = response_.status >= kFirstFinalStatus;
  expects_status_line_ = !has_head_;
  if (!has_head_) return;
  std::vector<std::string_view> encodings;
  for (const Header& header : response_.headers) {
    if (header.name == "content-encoding") encodings.push_back(header.value);
  }
  if (!encodings.empty()) decoder_ = ContentDecoder::For(encodings, max_body_bytes_);
}

// Where the length is known the body never moves. Only what is written takes memory.
void ResponseAssembler::Reserve() {
  std::size_t length = 0;
  if (const std::string* text = FindHeader(response_.headers, "content-length")) {
    ParseLength(*text, length);
  }
  response_.body.reserve(std::min(length, max_body_bytes_) + HttpResponse::kBodyPadding);
}

bool ResponseAssembler::AddBody(std::string_view bytes) {
  if (body_bytes_ == 0) Reserve();
  body_bytes_ += bytes.size();
  if (decoder_ != nullptr) return AddCompressed(bytes);
  // An error response whose coding is wrong is passed on as far as it can be read.
  std::string& body = compressed_.empty() ? response_.body : compressed_;
  if (bytes.size() > max_body_bytes_ - body.size()) return FailWith(ResponseFlaw::kTooMuchBody);
  body.append(bytes);
  return true;
}

bool ResponseAssembler::AddCompressed(std::string_view bytes) {
  if (!IsSuccess()) {
    if (bytes.size() > max_body_bytes_ - compressed_.size()) {
      return FailWith(ResponseFlaw::kTooMuchBody);
    }
    compressed_.append(bytes);
  }
  switch (decoder_->Decode(bytes, response_.body)) {
    case ContentDecoder::Result::kOk:
      return true;
    case ContentDecoder::Result::kTooLarge:
      return FailWith(ResponseFlaw::kTooMuchBody);
    case ContentDecoder::Result::kCorrupt:
      if (IsSuccess()) return FailWith(ResponseFlaw::kCorrupt);
      decoder_.reset();
      return true;
  }
  return true;
}

bool ResponseAssembler::Finish(const ResponseEnd& end) {
  if (!has_head_) return FailWith(ResponseFlaw::kCut);
  if (const ResponseFlaw flaw = FlawOfFraming(end); flaw != ResponseFlaw::kNone) {
    return FailWith(flaw);
  }
  if (IsSuccess()) {
    const bool has_end = decoder_ == nullptr || body_bytes_ == 0 || decoder_->at_end();
    if (!has_end) return FailWith(ResponseFlaw::kCut);
  } else if (response_.body.empty()) {
    // Its status is what counts; the bytes may say more to somebody else.
    response_.body = std::exchange(compressed_, {});
  }
  response_.may_be_cut = is_http2_ && IsSuccess() && !HasNoBody() && !end.to_head &&
                         response_.status != kResetContent && body_bytes_ == 0 &&
                         FindHeader(response_.headers, "content-length") == nullptr;
  return true;
}

// libcurl has seen the last chunk, or the end of the stream; what it takes for the end otherwise is
// looked at here. It ignores a Content-Length that it cannot represent, and the first of two.
ResponseFlaw ResponseAssembler::FlawOfFraming(const ResponseEnd& end) const {
  if (HasNoBody() || end.to_head || (IsChunked() && !is_http2_)) return ResponseFlaw::kNone;
  bool has_length = false;
  for (const Header& header : response_.headers) {
    if (header.name != "content-length") continue;
    has_length = true;
    std::size_t length = 0;
    if (!ParseLength(header.value, length) || length != body_bytes_) return ResponseFlaw::kCut;
  }
  if (has_length || is_http2_) return ResponseFlaw::kNone;
  // The connection's end is the only sign of the response's. Before the first byte it is none: a
  // process that dies in between looks the same.
  const bool lacks_body = body_bytes_ == 0 && IsSuccess() && response_.status != kResetContent;
  return lacks_body || !end.orderly ? ResponseFlaw::kCut : ResponseFlaw::kNone;
}

bool ResponseAssembler::IsChunked() const {
  return std::ranges::any_of(response_.headers, [](const Header& header) {
    return header.name == "transfer-encoding" &&
           ToLower(header.value).find("chunked") != std::string::npos;
  });
}

}  // namespace gateway
