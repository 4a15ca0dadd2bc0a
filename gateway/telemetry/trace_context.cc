#include "gateway/telemetry/trace_context.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "gateway/base/ascii.h"

namespace gateway {
namespace {

// `version-traceid-parentid-flags` of version 00; later versions may only append to it.
constexpr std::size_t kLength = 55;
constexpr std::uint8_t kSampled = 0x01;

constexpr int HexValue(char c) {
  if (IsDigit(c)) return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool IsHex(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return HexValue(c) >= 0; });
}

bool IsId(std::string_view text) {
  return IsHex(text) && text.find_first_not_of('0') != std::string_view::npos;
}

bool IsTraceparent(std::string_view text) {
  if (text.size() < kLength) return false;
  const std::string_view version = text.substr(0, 2);
  const bool is_long = text.size() > kLength;
  if (!IsHex(version) || version == "ff" || (version == "00" && is_long)) return false;
  return text[2] == '-' && IsId(text.substr(3, 32)) && text[35] == '-' &&
         IsId(text.substr(36, 16)) && text[52] == '-' && IsHex(text.substr(53, 2)) &&
         (!is_long || text[kLength] == '-');
}

void AppendHex(std::uint64_t number, std::string& out) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  for (int shift = 60; shift >= 0; shift -= 4) out += kDigits[(number >> shift) & 15];
}

// Ids must be unique, not unpredictable.
std::uint64_t NonZeroRandom() {
  thread_local std::mt19937_64 engine{[] {
    std::random_device device;
    return (std::uint64_t{device()} << 32) | device();
  }()};
  return std::max<std::uint64_t>(engine(), 1);
}

}  // namespace

TraceContext TraceContext::FromCaller(std::optional<std::string_view> traceparent) {
  TraceContext trace;
  AppendHex(NonZeroRandom(), trace.span_id_);
  trace.continued_ = traceparent && IsTraceparent(*traceparent);
  if (trace.continued_) {
    trace.trace_id_ = traceparent->substr(3, 32);
    trace.flags_ = static_cast<std::uint8_t>(HexValue((*traceparent)[54])) & kSampled;
  } else {
    trace.trace_id_.reserve(32);
    AppendHex(NonZeroRandom(), trace.trace_id_);
    AppendHex(NonZeroRandom(), trace.trace_id_);
  }
  return trace;
}

std::string TraceContext::Traceparent() const {
  return fmt::format("00-{}-{}-{:02x}", trace_id_, span_id_, flags_);
}

}  // namespace gateway
