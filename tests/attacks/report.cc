#include "tests/attacks/report.h"

#include <fmt/format.h>

#include <cstdio>
#include <fstream>
#include <sstream>
#include <vector>

namespace gateway::attacks {
namespace {

constexpr const char* kHeading = "attack\tgrpc\tp99_rest_ms\tp99_ms\tgrown_mb\tverdict\tseen\n";

std::string TextOf(Verdict verdict) {
  switch (verdict) {
    case Verdict::kHolds:
      return "holds";
    case Verdict::kHoldsForOthers:
      return "holds for other connections";
    case Verdict::kFailed:
      return "FAILED";
    case Verdict::kNeedsNewerBase:
      return "needs the newer base";
  }
  return "";
}

/// "12 (34)": with the last run's.
std::string WithLast(const std::string& value, const std::string& last) {
  return last.empty() ? value : fmt::format("{} ({})", value, last);
}

}  // namespace

Report::Report(std::string grpc, std::string file)
    : grpc_(std::move(grpc)), file_(std::move(file)) {
  std::ifstream last(file_);
  std::string line;
  while (std::getline(last, line)) {
    std::istringstream columns(line);
    std::vector<std::string> cells;
    for (std::string cell; std::getline(columns, cell, '\t');) cells.push_back(cell);
    if (cells.size() > 4) last_[cells[0]] = {cells[3], cells[4]};
  }
  tsv_ = kHeading;
  fmt::print(
      "gRPC {}{}\n\n| attack | p99 at rest | p99, ms | memory, MB | verdict | seen |\n"
      "|---|---|---|---|---|---|\n",
      grpc_, last_.empty() ? "" : "; in parentheses: the last run");
}

void Report::Add(const Attack& attack, const Trial& trial) {
  const Verdict verdict = Judge(attack, trial, grpc_);
  const bool holds = verdict == Verdict::kHolds || verdict == Verdict::kHoldsForOthers;
  passed_ += holds ? 1 : 0;
  failed_ += verdict == Verdict::kFailed ? 1 : 0;
  const std::string rest = fmt::format("{:.0f}", trial.at_rest.P99());
  const std::string p99 = fmt::format("{:.0f}", trial.attacked.P99());
  const std::string grown = fmt::format("{:+.0f}", trial.grown_megabytes);
  std::string seen = fmt::format("{} × {}", trial.rounds, trial.seen);
  for (const std::string& harm : HarmToOthers(trial)) seen += "; " + harm;
  const auto& [last_p99, last_grown] = last_[attack.name];
  fmt::print("| {} | {} | {} | {} | {} | {} |\n", attack.name, rest, WithLast(p99, last_p99),
             WithLast(grown, last_grown), TextOf(verdict), seen);
  static_cast<void>(std::fflush(stdout));
  tsv_ += fmt::format("{}\t{}\t{}\t{}\t{}\t{}\t{}\n", attack.name, grpc_, rest, p99, grown,
                      TextOf(verdict), seen);
}

bool Report::Finish() {
  if (!file_.empty() && !(std::ofstream(file_) << tsv_)) {
    fmt::print("{} cannot be written\n", file_);
    ++failed_;
  }
  fmt::print("\n{} passed, {} failed\n", passed_, failed_);
  return failed_ == 0;
}

}  // namespace gateway::attacks
