#include "gateway/serving/stop_signals.h"

#include <sys/eventfd.h>
#include <sys/poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>

#include "gateway/telemetry/logging.h"

namespace gateway {
namespace {

int BlockedSignals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  const int descriptor = signalfd(-1, &set, SFD_CLOEXEC);
  // Without the descriptor nothing could ever stop the process in order.
  if (descriptor < 0) std::abort();
  return descriptor;
}

int NewEvent() {
  const int descriptor = eventfd(0, EFD_CLOEXEC);
  if (descriptor < 0) std::abort();
  return descriptor;
}

}  // namespace

StopSignals::StopSignals() : signals_(BlockedSignals()), end_(NewEvent()) {
  (void)std::signal(SIGPIPE, SIG_IGN);
}

StopSignals::~StopSignals() {
  if (watcher_.joinable()) {
    (void)eventfd_write(end_, 1);
    watcher_.join();
  }
  close(end_);
  close(signals_);
}

std::string_view StopSignals::Wait() {
  signalfd_siginfo info{};
  while (read(signals_, &info, sizeof(info)) < 0 && errno == EINTR) {
  }
  return info.ssi_signo == SIGINT ? "SIGINT" : "SIGTERM";
}

void StopSignals::ExitOnNext() {
  watcher_ = std::thread([this] { WatchForNext(); });
}

void StopSignals::WatchForNext() const {
  std::array<pollfd, 2> ready = {{{.fd = signals_, .events = POLLIN, .revents = 0},
                                  {.fd = end_, .events = POLLIN, .revents = 0}}};
  while (poll(ready.data(), ready.size(), /*timeout=*/-1) < 0 && errno == EINTR) {
  }
  if ((ready[0].revents & POLLIN) == 0) return;
  Log(LogLevel::kError, "a second signal: exiting at once");
  // No destructors: they would wait for what the operator no longer waits for.
  std::_Exit(1);
}

}  // namespace gateway
