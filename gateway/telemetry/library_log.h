// The lines that gRPC and Protobuf log by themselves: through functions of their own in gRPC 1.51
// and Protobuf 3.21, through Abseil's log in gRPC 1.83 and Protobuf 36. Nothing else knows the
// difference.
//
// Thread-safe: the lines come on any thread.
#pragma once

#include <string_view>

#include "gateway/config/config.h"

namespace gateway {

struct LibraryLine {
  LogLevel level;
  /// "grpc", "protobuf" or another one that logs through Abseil's log.
  std::string_view library;
  std::string_view file;
  int line;
  std::string_view message;
};

/// From now on `write` takes the libraries' lines. Those below `level` need not be made.
void TakeLibraryLog(LogLevel level, void (*write)(const LibraryLine&));

}  // namespace gateway
