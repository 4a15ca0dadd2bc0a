// epoll with a wakeup: what one thread waits on. The cost of a wait does not grow with the sockets
// that are watched.
//
// Wake is thread-safe; all else is used on the thread that waits. Aborts the process if the
// system has no descriptors left for it: it is made at the start.
#pragma once

#include <chrono>
#include <functional>

namespace gateway {

class Epoll {
 public:
  struct Readiness {
    bool to_read = false;
    bool to_write = false;
    /// Broken, or closed by the other end.
    bool failed = false;
  };

  Epoll();
  ~Epoll();
  Epoll(const Epoll&) = delete;
  Epoll& operator=(const Epoll&) = delete;

  /// In place of what was asked for that socket before.
  void Watch(int fd, bool to_read, bool to_write) const;
  /// Before the socket is closed. Unknown ones are fine.
  void Forget(int fd) const;

  /// Waits until a socket is ready, the time has passed or Wake was called; calls `ready` for each
  /// socket that is. It may call Watch and Forget: `ready` may still be called for a socket that it
  /// forgets.
  void Wait(std::chrono::milliseconds time,
            const std::function<void(int fd, Readiness readiness)>& ready) const;
  /// Ends the Wait that runs, or else the next one.
  void Wake() const;

 private:
  const int epoll_;
  const int wakeup_;
};

}  // namespace gateway
