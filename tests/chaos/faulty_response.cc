#include "tests/chaos/faulty_response.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "tests/support/http_encoding.h"
#include "tests/support/scripted_upstream.h"

namespace gateway::chaos {
namespace {

constexpr std::string_view kHeadEnd = "\r\n\r\n";

/// In place of a status line.
constexpr std::array<std::string_view, 4> kNoStatusLines = {
    "HTTQ/1.1 200 OK", "200 OK", "SSH-2.0-OpenSSH_9.2", "\x16\x03\x01\x02"};
/// Bytes that no JSON text may have: not between tokens, not in a string, not after a backslash.
constexpr std::array<char, 2> kNoJson = {'\x01', '\xff'};
/// In place of a chunk's size.
constexpr std::string_view kNoSize = "zz";

std::string Hex(std::size_t number) {
  std::string digits;
  for (; number > 0; number /= 16) digits.insert(digits.begin(), "0123456789abcdef"[number % 16]);
  return digits;
}

/// Two chunks; the second one's size is `second_size`, or what it is if that is empty.
std::string Chunked(std::string_view body, std::string_view second_size) {
  const std::size_t half = body.size() / 2;
  const std::string size = second_size.empty() ? Hex(body.size() - half) : std::string(second_size);
  return Hex(half) + "\r\n" + std::string(body.substr(0, half)) + "\r\n" + size + "\r\n" +
         std::string(body.substr(half)) + "\r\n0\r\n\r\n";
}

std::string Head(const HttpResponse& response, const std::string& framing) {
  std::string head = "HTTP/1.1 " + std::to_string(response.status) + " Simulated\r\n";
  for (const auto& [name, value] : response.headers) head += name + ": " + value + "\r\n";
  return head + framing + std::string(kHeadEnd);
}

/// How much of an unframed body is sent before the connection ends.
std::size_t KeptOf(std::size_t size, const Fault& fault) {
  switch (fault.kind) {
    case FaultKind::kCutUnframed:
      return fault.dice % size;
    case FaultKind::kUnframedUnannounced:
      return fault.dice % (size + 1);
    default:
      return size;
  }
}

std::string StatusBody(std::uint32_t dice) {
  switch (dice % 3) {
    case 0:
      return "";
    case 1:
      return "<html><body><h1>Please try again</h1></body></html>";
    default:
      return R"({"code":"TRY_AGAIN","message":"Please try again","retryable":true})";
  }
}

}  // namespace

HttpResponse ResponseOf(const extend_simulator::ApiResponse& api, const Fault& fault) {
  HttpResponse response{.status = api.status, .headers = {}, .body = api.body.dump()};
  for (const auto& [name, value] : api.headers) response.headers.push_back({name, value});
  response.headers.push_back({"Content-Type", "application/json"});
  if (fault.kind == FaultKind::kCorruptJson) {
    response.body[fault.dice % response.body.size()] = kNoJson.at(fault.dice % kNoJson.size());
  }
  if (fault.kind == FaultKind::kGzip || fault.kind == FaultKind::kCutGzip) {
    response.headers.push_back({"Content-Encoding", "gzip"});
    response.body = Gzip(response.body);
  }
  if (fault.kind == FaultKind::kCutGzip) {
    response.body.resize(1 + fault.dice % (response.body.size() - 1));
  }
  return response;
}

HttpResponse StatusResponse(const Fault& fault) {
  HttpResponse response{.status = fault.status, .headers = {}, .body = StatusBody(fault.dice)};
  if (fault.retry_after >= 0) {
    response.headers.push_back({"Retry-After", std::to_string(fault.retry_after)});
  }
  if (response.body.starts_with('<')) response.headers.push_back({"Content-Type", "text/html"});
  return response;
}

std::string ResponseText(const extend_simulator::ApiResponse& api, const Fault& fault) {
  const HttpResponse response = ResponseOf(api, fault);
  const std::string& body = response.body;
  const bool corrupt_chunk = fault.kind == FaultKind::kCorruptChunk;
  const bool short_length = fault.kind == FaultKind::kShortLength;
  std::string text;
  if (IsUnframed(fault.kind)) {
    text = Head(response, "Connection: close") + body.substr(0, KeptOf(body.size(), fault));
  } else if (corrupt_chunk || (fault.chunked && !short_length)) {
    text =
        Head(response, "Transfer-Encoding: chunked") + Chunked(body, corrupt_chunk ? kNoSize : "");
  } else {
    const std::size_t length = short_length ? 1 + fault.dice % (body.size() - 1) : body.size();
    text = Head(response, "Content-Length: " + std::to_string(length)) + body;
  }
  if (fault.kind == FaultKind::kCorruptStatusLine) {
    text.replace(0, text.find("\r\n"), kNoStatusLines.at(fault.dice % kNoStatusLines.size()));
  }
  return text;
}

std::string StatusText(const Fault& fault) {
  const HttpResponse response = StatusResponse(fault);
  return HttpReply(response.status, response.body, response.headers);
}

HttpResponse EmptySuccess(const Fault& fault) {
  return {.status = fault.dice % 3 == 0 ? 204 : 200, .headers = {}, .body = {}};
}

std::string EmptySuccessText(const Fault& fault) {
  const HttpResponse response = EmptySuccess(fault);
  if (response.status == 204) return HttpReply(204);
  const bool chunked = fault.dice % 3 == 1;
  return Head(response, chunked ? "Transfer-Encoding: chunked" : "Content-Length: 0") +
         (chunked ? "0\r\n\r\n" : "");
}

std::string StaleText(FaultKind kind) {
  if (kind == FaultKind::kIdleTimeout) return HttpReply(408, {}, {{"Connection", "close"}});
  return HttpReply(200, R"({"object":"split_run","id":"splr_stale","status":"CANCELLED"})");
}

std::string Cut(const std::string& response, const Fault& fault) {
  const std::size_t head = response.find(kHeadEnd) + kHeadEnd.size();
  // At least two bytes are missing: libcurl takes a chunked response for whole without its last LF.
  const std::size_t kept = fault.kind == FaultKind::kCutHead
                               ? 1 + fault.dice % (head - 1)
                               : head + fault.dice % (response.size() - 1 - head);
  return response.substr(0, kept);
}

}  // namespace gateway::chaos
