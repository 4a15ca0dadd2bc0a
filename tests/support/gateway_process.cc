#include "tests/support/gateway_process.h"

#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <string_view>
#include <thread>

#include "tests/support/sanitizer_variables.h"

namespace gateway {
namespace {

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

using Rows = std::vector<std::vector<std::string>>;

/// A table of /proc/net, without its heading.
Rows ReadTable(const std::string& name) {
  Rows rows;
  std::ifstream table("/proc/net/" + name);
  std::string line;
  std::getline(table, line);
  while (std::getline(table, line)) {
    std::istringstream fields(line);
    std::vector<std::string>& words = rows.emplace_back();
    for (std::string word; fields >> word;) words.push_back(word);
  }
  return rows;
}

/// Inodes of the sockets that lead elsewhere than to the upstream's port. Those in no table were
/// TCP connections that the other end has reset.
std::set<std::string> SocketsElsewhere(std::uint16_t port) {
  constexpr std::size_t kTcpInode = 9;
  constexpr std::size_t kUnixInode = 6;
  std::set<std::string> inodes;
  for (const auto& row : ReadTable("tcp")) {
    if (row.size() <= kTcpInode) continue;
    const std::string& remote = row[2];
    if (std::stoul(remote.substr(remote.find(':') + 1), nullptr, 16) != port) {
      inodes.insert(row[kTcpInode]);
    }
  }
  for (const auto& row : ReadTable("unix")) {
    if (row.size() > kUnixInode) inodes.insert(row[kUnixInode]);
  }
  return inodes;
}

}  // namespace

GatewayProcess::GatewayProcess(const std::string& binary, std::vector<std::string> arguments,
                               std::vector<std::string> environment) {
  arguments.insert(arguments.begin(), binary);
  std::ranges::move(SanitizerVariables(), std::back_inserter(environment));
  if (posix_spawn(&pid_, binary.c_str(), nullptr, nullptr, Pointers(arguments).data(),
                  Pointers(environment).data()) != 0) {
    std::perror(binary.c_str());
    std::exit(2);
  }
}

GatewayProcess::~GatewayProcess() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

bool GatewayProcess::IsRunning() const {
  siginfo_t ended{};
  return pid_ > 0 &&
         waitid(P_PID, static_cast<id_t>(pid_), &ended, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         ended.si_pid == 0;
}

void GatewayProcess::LimitDescriptors(int most) const {
  const auto limit = static_cast<rlim_t>(most);
  const rlimit both{.rlim_cur = limit, .rlim_max = limit};
  if (prlimit(pid_, RLIMIT_NOFILE, &both, nullptr) != 0) std::perror("prlimit");
}

Descriptors GatewayProcess::CountDescriptors(std::uint16_t upstream_port) const {
  constexpr std::string_view kPrefix = "socket:[";
  const std::set<std::string> elsewhere = SocketsElsewhere(upstream_port);
  Descriptors found;
  std::error_code error;
  const std::string directory = "/proc/" + std::to_string(pid_) + "/fd";
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    const std::string target = std::filesystem::read_symlink(entry.path(), error).string();
    const bool is_socket = target.starts_with(kPrefix);
    const bool is_upstream = is_socket && !elsewhere.contains(target.substr(
                                              kPrefix.size(), target.size() - kPrefix.size() - 1));
    ++(is_upstream ? found.upstream : found.other);
  }
  return found;
}

long GatewayProcess::ResidentSize() const {
  std::ifstream status("/proc/" + std::to_string(pid_) + "/status");
  for (std::string word; status >> word;) {
    long kibibytes = 0;
    if (word == "VmRSS:" && status >> kibibytes) return kibibytes;
  }
  return 0;
}

std::chrono::milliseconds GatewayProcess::ProcessorTime() const {
  std::ifstream file("/proc/" + std::to_string(pid_) + "/stat");
  std::string line;
  std::getline(file, line);
  // After the name in parentheses comes field 3; 14 and 15 are user and system time, in ticks.
  std::istringstream fields(line.substr(std::min(line.rfind(')') + 1, line.size())));
  std::string word;
  for (int field = 3; field < 14; ++field) fields >> word;
  long user = 0;
  long system = 0;
  fields >> user >> system;
  return std::chrono::milliseconds((user + system) * 1000 / sysconf(_SC_CLK_TCK));
}

std::optional<int> GatewayProcess::Stop(std::chrono::seconds patience) {
  kill(pid_, SIGTERM);
  const auto end = std::chrono::steady_clock::now() + patience;
  while (IsRunning()) {
    if (std::chrono::steady_clock::now() >= end) return std::nullopt;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFEXITED(status) ? std::optional<int>(WEXITSTATUS(status)) : std::nullopt;
}

}  // namespace gateway
