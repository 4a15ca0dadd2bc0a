#include "tests/chaos/metrics.h"

#include <httplib.h>

#include <algorithm>
#include <sstream>

namespace gateway::chaos {

std::optional<Metrics> Metrics::Scrape(std::uint16_t port) {
  httplib::Client client("127.0.0.1", port);
  const auto response = client.Get("/metrics");
  if (!response || response->status != 200) return std::nullopt;
  Metrics metrics;
  std::istringstream lines(response->body);
  // name{label="value",label="value"} 12; none of our labels' values has a quote or a blank.
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line[0] == '#') continue;
    const std::size_t space = line.rfind(' ');
    const std::size_t brace = std::min(line.find('{'), space);
    Sample sample{.name = line.substr(0, brace),
                  .labels = {},
                  .value = std::strtod(line.c_str() + space, nullptr)};
    for (std::size_t at = brace + 1; at < space;) {
      const std::size_t equals = line.find("=\"", at);
      if (equals == std::string::npos) break;
      const std::size_t quote = line.find('"', equals + 2);
      sample.labels[line.substr(at, equals - at)] = line.substr(equals + 2, quote - equals - 2);
      at = quote + 2;
    }
    metrics.samples_.push_back(std::move(sample));
  }
  return metrics;
}

double Metrics::Sum(const std::string& name, const Labels& labels) const {
  double sum = 0;
  for (const auto& [value, count] : SumBy(name, "", labels)) sum += count;
  return sum;
}

std::map<std::string, double> Metrics::SumBy(const std::string& name, const std::string& label,
                                             const Labels& labels) const {
  std::map<std::string, double> sums;
  for (const Sample& sample : samples_) {
    const bool matches = sample.name == name && std::ranges::all_of(labels, [&](const auto& want) {
                           const auto found = sample.labels.find(want.first);
                           return found != sample.labels.end() && found->second == want.second;
                         });
    if (!matches) continue;
    const auto found = sample.labels.find(label);
    sums[found == sample.labels.end() ? "" : found->second] += sample.value;
  }
  return sums;
}

}  // namespace gateway::chaos
