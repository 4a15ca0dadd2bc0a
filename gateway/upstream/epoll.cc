#include "gateway/upstream/epoll.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>

namespace gateway {
namespace {

constexpr std::size_t kMaxEvents = 256;

}  // namespace

Epoll::Epoll()
    : epoll_(epoll_create1(EPOLL_CLOEXEC)), wakeup_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (epoll_ < 0 || wakeup_ < 0) std::abort();
  Watch(wakeup_, /*to_read=*/true, /*to_write=*/false);
}

Epoll::~Epoll() {
  close(wakeup_);
  close(epoll_);
}

void Epoll::Watch(int fd, bool to_read, bool to_write) const {
  epoll_event event{};
  event.events = (to_read ? EPOLLIN : 0U) | (to_write ? EPOLLOUT : 0U);
  event.data.fd = fd;
  // If neither works the socket's transfer runs into its timeout.
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0 && errno == EEXIST) {
    epoll_ctl(epoll_, EPOLL_CTL_MOD, fd, &event);
  }
}

void Epoll::Forget(int fd) const { epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr); }

void Epoll::Wait(std::chrono::milliseconds time,
                 const std::function<void(int fd, Readiness readiness)>& ready) const {
  std::array<epoll_event, kMaxEvents> events;
  const int count = epoll_wait(epoll_, events.data(), kMaxEvents, static_cast<int>(time.count()));
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    if (event.data.fd == wakeup_) {
      eventfd_t wakes = 0;
      eventfd_read(wakeup_, &wakes);
      continue;
    }
    ready(event.data.fd, {.to_read = (event.events & EPOLLIN) != 0,
                          .to_write = (event.events & EPOLLOUT) != 0,
                          .failed = (event.events & (EPOLLERR | EPOLLHUP)) != 0});
  }
}

void Epoll::Wake() const { eventfd_write(wakeup_, 1); }

}  // namespace gateway
