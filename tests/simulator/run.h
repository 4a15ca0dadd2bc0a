// A split run and what a caller asked for, as the simulator keeps them. Plain values.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace extend_simulator {

/// Wall-clock time: what a run shows as `createdAt`, and what its progress is measured by.
using Time = std::chrono::system_clock::time_point;
/// Where time comes from: the system clock, or a test's own.
using Now = std::function<Time()>;

enum class RunStatus : std::uint8_t {
  kPending,
  kProcessing,
  kProcessed,
  kFailed,
  kCancelled,
  /// A cancel was accepted, and is not yet carried out.
  kCancelling,
};

struct SplitterReference {
  std::string id;
  std::string version;
};

struct InputFile {
  std::string id;
  std::string name;
};

/// A checked request for one run.
struct RunRequest {
  /// Nothing for a run with an inline config.
  std::optional<SplitterReference> splitter;
  /// The complete SplitConfig: inline, or the splitter's with the caller's overrides.
  nlohmann::json config;
  InputFile file;
  /// An object or null.
  nlohmann::json metadata;
  std::string source = "API";
  std::string source_id;
  std::string batch_id;
};

struct SplitRun {
  std::string id;
  RunStatus status = RunStatus::kPending;
  RunRequest request;
  Time created_at;
  Time updated_at;
  /// A JSON merge patch (RFC 7396) of what the API shows of the run, or null.
  nlohmann::json shown = nullptr;
};

struct Batch {
  std::string id;
  RunStatus status = RunStatus::kPending;
  std::size_t run_count = 0;
  Time created_at;
};

}  // namespace extend_simulator
