// The program. Exit codes: 0 done or stopped cleanly, 1 runtime failure, 2 bad configuration.
#include <fmt/format.h>
#include <google/protobuf/stubs/common.h>
#include <google/protobuf/stubs/logging.h>
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <iostream>

#include "gateway/base/version.h"
#include "gateway/cli/client_commands.h"
#include "gateway/cli/status_text.h"
#include "gateway/config/config.h"
#include "gateway/serving/app.h"
#include "gateway/serving/server.h"
#include "gateway/serving/stop_signals.h"
#include "gateway/telemetry/logging.h"
#include "gateway/upstream/curl_http_loop.h"

namespace gateway {
namespace {

constexpr int kRuntimeFailure = 1;
constexpr int kBadConfiguration = 2;

/// For the operator who starts it: sentences, whatever the log's format.
int Refuse(const Errors& faults) {
  std::cerr << ErrorLines(faults);
  return kBadConfiguration;
}

int Fail(const Errors& faults) {
  for (const std::string& fault : faults) Log(LogLevel::kError, fault);
  return kRuntimeFailure;
}

/// Protobuf's own lines: mostly of messages that do not parse, which callers can send at will.
void LogForProtobuf(google::protobuf::LogLevel level, const char* /*file*/, int /*line*/,
                    const std::string& message) {
  const bool fatal = level == google::protobuf::LOGLEVEL_FATAL;
  Log(fatal ? LogLevel::kError : LogLevel::kDebug, message, {{"library", "protobuf"}});
}

void LogUnserved(const std::vector<std::string>& methods) {
  if (methods.empty()) return;
  Log(LogLevel::kInfo, "methods without a google.api.http annotation are not served",
      {{"methods", fmt::format("{}", fmt::join(methods, ", "))}});
}

int Serve(const Config& config) {
  StopSignals signals;  // Before the first thread.
  SetUpLogging(config.log_level, config.log_format);
  google::protobuf::SetLogHandler(LogForProtobuf);

  const auto api = App::Compile(config);
  if (!api) return Refuse(api.error());
  LogUnserved((*api)->unannotated());
  const auto server = Server::Start(config, **api);
  if (!server) return Fail(server.error());
  Log(LogLevel::kInfo, "serving", {{"version", Version()}});

  Log(LogLevel::kInfo, "stopping", {{"signal", signals.Wait()}});
  signals.ExitOnNext();
  (*server)->Drain();
  return 0;
}

int Check(const Config& config) {
  const auto api = App::Compile(config);
  if (!api) return Refuse(api.error());
  std::cout << "the configuration is valid\n";
  for (const App::Service& service : (*api)->services()) {
    std::cout << service.descriptor->full_name() << ": " << service.endpoints.size() << " methods, "
              << service.settings->base_url << "\n";
  }
  for (const std::string& method : (*api)->unannotated()) {
    std::cout << method << ": not served, it has no google.api.http annotation\n";
  }
  return 0;
}

int PrintVersion() {
  std::cout << "extend-gateway " << Version() << "\n"
            << "gRPC/" << grpc::Version() << " Protobuf/"
            << google::protobuf::internal::VersionString(GOOGLE_PROTOBUF_VERSION) << " "
            << CurlHttpLoop::LibraryVersion() << "\n";
  return 0;
}

int Run(const CommandLine& line) {
  switch (line.command) {
    case CommandLine::Command::kServe:
      return Serve(line.config);
    case CommandLine::Command::kCheck:
      return Check(line.config);
    case CommandLine::Command::kCall:
      return RunCall(line, std::cin, std::cout, std::cerr);
    case CommandLine::Command::kHealth:
      return RunHealth(line, std::cout, std::cerr);
    case CommandLine::Command::kWait:
      return RunWait(line, std::cout, std::cerr);
    case CommandLine::Command::kVersion:
      return PrintVersion();
  }
  return kBadConfiguration;
}

}  // namespace
}  // namespace gateway

int main(int argc, char** argv) {
  const auto line = gateway::ParseCommandLine({argv + std::min(argc, 1), argv + argc},
                                              gateway::ProcessEnvironment());
  if (!line) return gateway::Refuse(line.error());
  if (!line->help.empty()) {
    std::cout << line->help;
    return 0;
  }
  return gateway::Run(*line);
}
