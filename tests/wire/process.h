// A run of the gateway's binary. Its output is complete after Exit.
//
// Belongs to one thread. The destructor kills what still runs.
#pragma once

#include <fcntl.h>
#include <spawn.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/sanitizer_variables.h"

namespace gateway {

class Process {
 public:
  explicit Process(std::vector<std::string> arguments, std::vector<std::string> variables = {}) {
    arguments.insert(arguments.begin(), GATEWAY_BINARY);
    std::ranges::move(SanitizerVariables(), std::back_inserter(variables));
    std::array<int, 2> pipe_ends{};
    if (pipe2(pipe_ends.data(), O_CLOEXEC) != 0) return;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], STDERR_FILENO);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    UseDefaultSignals(attributes);
    posix_spawn(&pid_, GATEWAY_BINARY, &actions, &attributes, Pointers(arguments).data(),
                Pointers(variables).data());
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    close(pipe_ends[1]);
    reader_ = std::thread([this, output = pipe_ends[0]] { Read(output); });
  }
  ~Process() {
    if (reader_.joinable()) {
      Signal(SIGKILL);
      Exit();
    }
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void Signal(int signal) const { kill(pid_, signal); }

  /// Waits for the end: its exit code, or -1 if a signal has killed it.
  int Exit() {
    reader_.join();
    int status = 0;
    waitpid(pid_, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  /// The most memory it has held so far.
  [[nodiscard]] long PeakKibibytes() const {
    std::ifstream status("/proc/" + std::to_string(pid_) + "/status");
    for (std::string word; status >> word;) {
      if (word != "VmHWM:") continue;
      long peak = 0;
      status >> peak;
      return peak;
    }
    return -1;
  }

  /// The names of its threads.
  [[nodiscard]] std::vector<std::string> Threads() const {
    std::vector<std::string> names;
    const std::string tasks = "/proc/" + std::to_string(pid_) + "/task";
    for (const auto& task : std::filesystem::directory_iterator(tasks)) {
      std::ifstream name(task.path() / "comm");
      std::getline(name, names.emplace_back());
    }
    return names;
  }

  /// What went to standard output and standard error.
  [[nodiscard]] const std::string& output() const { return output_; }

 private:
  static std::vector<char*> Pointers(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    for (std::string& text : texts) pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
  }

  /// Whatever this process has inherited from the one that runs the tests.
  static void UseDefaultSignals(posix_spawnattr_t& attributes) {
    sigset_t all;
    sigfillset(&all);
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  }

  void Read(int descriptor) {
    std::array<char, 4096> buffer{};
    ssize_t count = 0;
    while ((count = read(descriptor, buffer.data(), buffer.size())) > 0) {
      output_.append(buffer.data(), static_cast<std::size_t>(count));
    }
    close(descriptor);
  }

  pid_t pid_ = -1;
  std::string output_;
  std::thread reader_;
};

}  // namespace gateway
