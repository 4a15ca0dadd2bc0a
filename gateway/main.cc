// The program. Exit codes: 0 done or stopped cleanly, 1 runtime failure, 2 bad configuration.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iostream>
#include <iterator>

#include "gateway/base/version.h"
#include "gateway/cli/call_command.h"
#include "gateway/cli/health_command.h"
#include "gateway/cli/local_commands.h"
#include "gateway/cli/status_text.h"
#include "gateway/config/command_line.h"
#include "gateway/serving/app.h"
#include "gateway/serving/server.h"
#include "gateway/serving/stop_signals.h"
#include "gateway/telemetry/logging.h"

namespace gateway {
namespace {

constexpr int kRuntimeFailure = 1;
constexpr int kBadConfiguration = 2;

/// For the operator who starts it: sentences, whatever the log's format.
int Refuse(const Errors& errors) {
  std::cerr << ErrorLines(errors);
  return kBadConfiguration;
}

/// The errors of the command line, and those of the files and services that the rest of it names.
int Refuse(const BadCommandLine& line) {
  Errors errors = line.errors;
  if (line.remainder) {
    const auto app = App::Compile(*line.remainder);
    if (!app) std::ranges::copy(app.error(), std::back_inserter(errors));
  }
  return Refuse(errors);
}

int Fail(const Errors& errors) {
  for (const std::string& error : errors) Log(LogLevel::kError, error);
  return kRuntimeFailure;
}

void LogUnserved(const std::vector<std::string>& methods) {
  if (methods.empty()) return;
  Log(LogLevel::kInfo, "methods without a google.api.http annotation are not served",
      {{"methods", fmt::format("{}", fmt::join(methods, ", "))}});
}

int Serve(const Config& config) {
  StopSignals signals;  // Before the first thread.
  SetUpLogging(config.log_level, config.log_format);

  const auto app = App::Compile(config);
  if (!app) return Refuse(app.error());
  LogUnserved((*app)->unannotated());
  const auto server = Server::Start(config, **app);
  if (!server) return Fail(server.error());
  Log(LogLevel::kInfo, "serving", {{"version", Version()}});

  Log(LogLevel::kInfo, "stopping", {{"signal", signals.Wait()}});
  signals.ExitOnNext();
  (*server)->Drain();
  return 0;
}

int PrintHelp(const std::string& text) {
  std::cout << text;
  return 0;
}

int Run(const CommandLine& line) {
  if (line.help) return PrintHelp(*line.help);
  switch (line.command) {
    case Command::kServe:
      return Serve(line.config);
    case Command::kCheck:
      return RunCheck(line.config, std::cout, std::cerr);
    case Command::kCall:
      return RunCall(line.client, std::cin, std::cout, std::cerr);
    case Command::kHealth:
      return RunHealth(line.client, std::cout, std::cerr);
    case Command::kWait:
      return RunWait(line.client, std::cout, std::cerr);
    case Command::kVersion:
      return RunVersion(std::cout);
  }
  return kBadConfiguration;
}

}  // namespace
}  // namespace gateway

int main(int argc, char** argv) {
  const auto line = gateway::ParseCommandLine({argv + std::min(argc, 1), argv + argc},
                                              gateway::ProcessEnvironment());
  return line ? gateway::Run(*line) : gateway::Refuse(line.error());
}
