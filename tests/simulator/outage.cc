#include "tests/simulator/outage.h"

#include <array>
#include <cmath>
#include <string_view>
#include <utility>

#include "tests/simulator/create_request.h"
#include "tests/simulator/target.h"

namespace extend_simulator {
namespace {

using nlohmann::json;

constexpr double kMaxSeconds = 1e6;

/// Takes members out of the object one by one: what is left is unknown.
class Reader {
 public:
  explicit Reader(json object) : object_(std::move(object)) {}

  std::optional<json> Take(const char* name, bool (*is_right)(const json&), const char* kind) {
    const auto found = object_.find(name);
    if (found == object_.end()) return std::nullopt;
    json value = std::move(*found);
    object_.erase(found);
    if (!is_right(value)) {
      Fail(std::string(name) + " must be " + kind);
      return std::nullopt;
    }
    return value;
  }
  void Require(bool holds, const char* otherwise) {
    if (!holds) Fail(otherwise);
  }
  /// Empty: nothing is wrong.
  std::string Finish() {
    if (!object_.empty()) Fail("unknown: " + object_.begin().key());
    return std::move(error_);
  }

 private:
  void Fail(std::string error) {
    if (error_.empty()) error_ = std::move(error);
  }

  json object_;
  std::string error_;
};

bool IsBoolean(const json& value) { return value.is_boolean(); }
bool IsText(const json& value) { return value.is_string(); }
bool IsCount(const json& value) { return value.is_number_unsigned(); }
bool IsStatus(const json& value) {
  return value.is_number_unsigned() && value >= 400 && value <= 599;
}
bool IsSeconds(const json& value) { return value.is_number() && value > 0 && value <= kMaxSeconds; }
bool IsPath(const json& value) {
  return value.is_string() && ParseTarget(value.get<std::string>()).has_value();
}

}  // namespace

tl::expected<Outage, std::string> ParseOutage(const std::string& body) {
  const auto object = ParseObject(body);
  if (!object) return tl::unexpected(object.error().message);
  Reader reader(*object);
  Outage outage;
  const auto status = reader.Take("status", IsStatus, "400 to 599");
  const auto closes = reader.Take("close", IsBoolean, "a boolean");
  reader.Require(!status || !closes, "either status or close, not both");
  if (status) outage.status = *status;
  if (closes) outage.closes = *closes;
  if (const auto seconds = reader.Take("retryAfter", IsCount, "a number of seconds")) {
    outage.retry_after = *seconds;
  }
  if (const auto processes = reader.Take("processed", IsBoolean, "a boolean")) {
    outage.processes = *processes;
  }
  if (const auto method = reader.Take("method", IsText, "a text")) outage.method = *method;
  if (const auto path = reader.Take("path", IsPath, "a path, such as /split_runs/*/cancel")) {
    outage.path = ParseTarget(path->get<std::string>())->segments;
  }
  if (const auto requests = reader.Take("requests", IsCount, "a number")) {
    outage.requests = *requests;
  }
  if (const auto seconds = reader.Take("seconds", IsSeconds, "a number above 0")) {
    outage.time = std::chrono::milliseconds(std::llround(seconds->get<double>() * 1000));
  }
  reader.Require(outage.requests || outage.time, "requests or seconds must say how long");
  if (std::string error = reader.Finish(); !error.empty()) return tl::unexpected(std::move(error));
  return outage;
}

void OutageSwitch::Begin(Outage outage) {
  const std::scoped_lock lock(mutex_);
  outage_ = std::move(outage);
  begun_ = now_();
  befallen_ = 0;
}

void OutageSwitch::End() {
  const std::scoped_lock lock(mutex_);
  outage_.reset();
}

std::optional<Outage> OutageSwitch::Meet(const std::string& method, const std::string& target) {
  const std::scoped_lock lock(mutex_);
  if (!IsActive() || !Matches(method, target)) return std::nullopt;
  ++befallen_;
  return outage_;
}

json OutageSwitch::State() {
  const std::scoped_lock lock(mutex_);
  return {{"active", IsActive()}, {"requests", befallen_}};
}

bool OutageSwitch::IsActive() const {
  if (!outage_) return false;
  if (outage_->requests && befallen_ >= *outage_->requests) return false;
  return !outage_->time || now_() < begun_ + *outage_->time;
}

bool OutageSwitch::Matches(const std::string& method, const std::string& target) const {
  if (!outage_->method.empty() && outage_->method != method) return false;
  if (outage_->path.empty()) return true;
  const std::optional<Target> parsed = ParseTarget(target);
  if (!parsed || parsed->segments.size() != outage_->path.size()) return false;
  for (std::size_t i = 0; i < outage_->path.size(); ++i) {
    if (outage_->path[i] != "*" && outage_->path[i] != parsed->segments[i]) return false;
  }
  return true;
}

}  // namespace extend_simulator
