// Lines as gRPC logs them, with either of its logs (gateway/telemetry/library_log.h).
#pragma once

#include <grpcpp/version_info.h>

#include <string>

#if GRPC_CPP_VERSION_MINOR < 66
#include <grpc/support/log.h>
#else
#include <absl/log/absl_log.h>
#endif

namespace gateway {

#if GRPC_CPP_VERSION_MINOR < 66
inline void GrpcLogsError(const std::string& text) { gpr_log(GPR_ERROR, "%s", text.c_str()); }
inline void GrpcLogsInfo(const std::string& text) { gpr_log(GPR_INFO, "%s", text.c_str()); }
#else
inline void GrpcLogsError(const std::string& text) { ABSL_LOG(ERROR) << text; }
inline void GrpcLogsInfo(const std::string& text) { ABSL_LOG(INFO) << text; }
#endif

}  // namespace gateway
