// The trials as a table for people (Markdown) and for the next run (TSV).
//
// Belongs to one thread.
#pragma once

#include <map>
#include <string>

#include "tests/attacks/verdict.h"

namespace gateway::attacks {

class Report {
 public:
  /// `grpc`: the release that the gateway is built with.
  /// `file`: the last run's TSV, which this run's replaces; empty: none.
  Report(std::string grpc, std::string file);

  /// Prints the row at once.
  void Add(const Attack& attack, const Trial& trial);

  /// The number of rows that hold and that failed, and what they were in the last run; writes the
  /// TSV. Returns whether all is well.
  [[nodiscard]] bool Finish();

 private:
  const std::string grpc_;
  const std::string file_;
  /// Of the last run, by attack: p99 and memory, as they were printed.
  std::map<std::string, std::pair<std::string, std::string>> last_;
  std::string tsv_;
  int passed_ = 0;
  int failed_ = 0;
};

}  // namespace gateway::attacks
