#include "gateway/upstream/response_assembler.h"

#include <algorithm>
#include <charconv>
#include <string>

#include "gateway/base/ascii.h"
#include "gateway/base/header_policy.h"

namespace gateway {
namespace {

constexpr int kFirstFinalStatus = 200;

/// `HTTP/1.1 200 OK`, `HTTP/2 200` → 200; 0 for anything else.
int StatusOf(std::string_view status_line) {
  const std::string_view rest =
      status_line.substr(std::min(status_line.find(' '), status_line.size()));
  const std::string_view digits = Trimmed(rest).substr(0, 3);
  int status = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), status);
  return status;
}

}  // namespace

// Where the length is known the body never moves. Only what is written takes memory.
void ResponseAssembler::Reserve() {
  std::size_t length = 0;
  if (const std::string* text = FindHeader(response_.headers, "content-length")) {
    std::from_chars(text->data(), text->data() + text->size(), length);
  }
  response_.body.reserve(std::min(length, max_body_bytes_) + HttpResponse::kBodyPadding);
}

bool ResponseAssembler::AddHeaderLine(std::string_view line) {
  header_bytes_ += line.size();
  if (header_bytes_ > kMaxHeaderBytes) {
    overflow_ = Overflow::kHeaders;
    return false;
  }
  if (has_head_) return true;                                        // A trailer.
  if (line.starts_with(' ') || line.starts_with('\t')) return true;  // An obsolete continuation.
  line = Trimmed(line);
  if (line.starts_with("HTTP/")) {
    response_.status = StatusOf(line);
    response_.headers.clear();
  } else if (line.empty()) {
    has_head_ = response_.status >= kFirstFinalStatus;
  } else if (const std::size_t colon = line.find(':'); colon != std::string_view::npos) {
    const std::string_view name = line.substr(0, colon);
    const std::string_view value = Trimmed(line.substr(colon + 1));
    if (IsHeaderName(name) && IsHeaderValue(value)) {
      response_.headers.push_back({ToLower(name), std::string(value)});
    }
  }
  return true;
}

bool ResponseAssembler::AddBody(std::string_view bytes) {
  if (bytes.size() > max_body_bytes_ - response_.body.size()) {
    overflow_ = Overflow::kBody;
    return false;
  }
  if (response_.body.empty()) Reserve();
  response_.body.append(bytes);
  return true;
}

}  // namespace gateway
