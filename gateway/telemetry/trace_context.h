// The trace that a call belongs to (W3C Trace Context): the caller's trace id if a valid one came,
// else a new one; the span id is ours.
//
// Thread-safe: an immutable value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gateway {

class TraceContext {
 public:
  /// No trace.
  TraceContext() = default;
  /// Continues the trace of the caller's `traceparent`, if there is a valid one.
  static TraceContext FromCaller(std::optional<std::string_view> traceparent);

  /// The `traceparent` that goes upstream.
  [[nodiscard]] std::string Traceparent() const;
  /// 32 hex digits.
  [[nodiscard]] const std::string& trace_id() const { return trace_id_; }
  /// Whether the caller's trace goes on. If not, its `tracestate` means nothing and is not
  /// forwarded.
  [[nodiscard]] bool continued() const { return continued_; }

 private:
  std::string trace_id_;
  std::string span_id_;
  std::uint8_t flags_ = 0;
  bool continued_ = false;
};

}  // namespace gateway
