// The `process_*` metrics that Prometheus' own client libraries have, read from /proc. Thread-safe.
#pragma once

#include <prometheus/metric_family.h>

#include <vector>

namespace gateway {

/// As of now. What /proc does not have is left out.
std::vector<prometheus::MetricFamily> CollectProcessMetrics();

}  // namespace gateway
