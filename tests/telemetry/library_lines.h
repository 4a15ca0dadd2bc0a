// Lines as gRPC logs them, with either of its logs (gateway/telemetry/library_log.h). Macros, as a
// line is known by the place where it stands.
#pragma once

#include <grpcpp/version_info.h>

#include <string>

#if GRPC_CPP_VERSION_MINOR < 66
#include <grpc/support/log.h>
#define GRPC_LOGS_ERROR(text) gpr_log(GPR_ERROR, "%s", std::string(text).c_str())
#define GRPC_LOGS_INFO(text) gpr_log(GPR_INFO, "%s", std::string(text).c_str())
#else
#include <absl/log/absl_log.h>
#define GRPC_LOGS_ERROR(text) ABSL_LOG(ERROR) << (text)
#define GRPC_LOGS_INFO(text) ABSL_LOG(INFO) << (text)
#endif
