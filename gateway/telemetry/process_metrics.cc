#include "gateway/telemetry/process_metrics.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <optional>
#include <sstream>
#include <string>

namespace gateway {
namespace {

prometheus::MetricFamily Family(const char* name, const char* help, prometheus::MetricType type,
                                double value) {
  prometheus::ClientMetric metric;
  if (type == prometheus::MetricType::Counter) {
    metric.counter.value = value;
  } else {
    metric.gauge.value = value;
  }
  return {name, help, type, {metric}};
}

struct ProcStat {
  double cpu_ticks = 0;
  double threads = 0;
  double start_ticks = 0;
  double virtual_bytes = 0;
  double resident_pages = 0;
};

/// /proc/self/stat, see proc(5). The second field may hold blanks: fields count from the last `)`.
std::optional<ProcStat> ReadProcStat() {
  std::ifstream file("/proc/self/stat");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const std::size_t command_end = text.rfind(')');
  if (command_end == std::string::npos) return std::nullopt;
  std::istringstream rest(text.substr(command_end + 1));
  const std::vector<std::string> fields{std::istream_iterator<std::string>(rest), {}};
  constexpr std::size_t kFirst = 3;  // proc(5)'s number of fields[0].
  constexpr std::size_t kUtime = 14 - kFirst;
  constexpr std::size_t kStime = 15 - kFirst;
  constexpr std::size_t kThreads = 20 - kFirst;
  constexpr std::size_t kStartTime = 22 - kFirst;
  constexpr std::size_t kVirtualSize = 23 - kFirst;
  constexpr std::size_t kResidentSize = 24 - kFirst;
  if (fields.size() <= kResidentSize) return std::nullopt;
  const auto number = [&](std::size_t i) { return std::strtod(fields[i].c_str(), nullptr); };
  return ProcStat{.cpu_ticks = number(kUtime) + number(kStime),
                  .threads = number(kThreads),
                  .start_ticks = number(kStartTime),
                  .virtual_bytes = number(kVirtualSize),
                  .resident_pages = number(kResidentSize)};
}

/// Unix seconds at which the machine started: /proc/self/stat counts from there.
std::optional<double> BootTime() {
  std::ifstream file("/proc/stat");
  std::string word;
  double seconds = 0;
  while (file >> word) {
    if (word == "btime" && file >> seconds) return seconds;
    file.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  return std::nullopt;
}

std::optional<double> OpenFileDescriptors() {
  std::error_code error;
  const std::filesystem::directory_iterator entries("/proc/self/fd", error);
  if (error) return std::nullopt;
  // One of them is the directory itself.
  return static_cast<double>(std::distance(begin(entries), end(entries)) - 1);
}

}  // namespace

std::vector<prometheus::MetricFamily> CollectProcessMetrics() {
  using prometheus::MetricType;
  std::vector<prometheus::MetricFamily> families;
  const auto add = [&](const char* name, const char* help, MetricType type, double value) {
    families.push_back(Family(name, help, type, value));
  };
  const auto ticks_per_second = static_cast<double>(sysconf(_SC_CLK_TCK));
  if (const auto stat = ReadProcStat()) {
    add("process_cpu_seconds_total", "User and system CPU time.", MetricType::Counter,
        stat->cpu_ticks / ticks_per_second);
    add("process_resident_memory_bytes", "Resident memory.", MetricType::Gauge,
        stat->resident_pages * static_cast<double>(sysconf(_SC_PAGESIZE)));
    add("process_virtual_memory_bytes", "Virtual memory.", MetricType::Gauge, stat->virtual_bytes);
    add("process_threads", "Threads.", MetricType::Gauge, stat->threads);
    if (const auto boot = BootTime()) {
      add("process_start_time_seconds", "Start, in Unix seconds.", MetricType::Gauge,
          *boot + stat->start_ticks / ticks_per_second);
    }
  }
  if (const auto descriptors = OpenFileDescriptors()) {
    add("process_open_fds", "Open file descriptors.", MetricType::Gauge, *descriptors);
  }
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    add("process_max_fds", "Most file descriptors allowed.", MetricType::Gauge,
        static_cast<double>(limit.rlim_cur));
  }
  return families;
}

}  // namespace gateway
