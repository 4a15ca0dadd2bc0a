// A reading of the gateway's /metrics. A value.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace gateway::chaos {

class Metrics {
 public:
  using Labels = std::map<std::string, std::string>;

  /// Nothing if nobody responds.
  static std::optional<Metrics> Scrape(std::uint16_t port);

  /// The sum of all samples of that name with (at least) these labels.
  [[nodiscard]] double Sum(const std::string& name, const Labels& labels = {}) const;
  /// By the value of one label.
  [[nodiscard]] std::map<std::string, double> SumBy(const std::string& name,
                                                    const std::string& label,
                                                    const Labels& labels = {}) const;

 private:
  struct Sample {
    std::string name;
    Labels labels;
    double value = 0;
  };
  std::vector<Sample> samples_;
};

}  // namespace gateway::chaos
