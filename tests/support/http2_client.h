// A client's TCP connection on which HTTP/2 frames go out as a test writes them, sound or not, and
// on which it reads frames.
//
// Belongs to one thread. No call blocks longer than its caller's patience.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "tests/support/http2_frames.h"

namespace gateway::http2 {

struct ReceivedFrame {
  Type type{};
  int flags = 0;
  std::uint32_t stream = 0;
  std::string payload;
};

/// Whether to give up; asked some fifty times a second.
using IsOver = std::function<bool()>;

/// Gives up after so long.
IsOver After(std::chrono::milliseconds patience);

class Client {
 public:
  /// What becomes of bytes that come while others are being written.
  enum class Incoming {
    kKept,     ///< They wait for Read.
    kDropped,  ///< Nobody reads frames of this connection.
    kUnread,   ///< They stay in the socket, and then in the server.
  };

  /// Connects. `address`: host:port of IPv4.
  explicit Client(const std::string& address, Incoming incoming = Incoming::kKept);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// False if not all went out: the connection has ended, or it is over.
  bool Write(std::string_view bytes, const IsOver& is_over);

  /// The next frame; nothing when the connection has ended, or it is over.
  std::optional<ReceivedFrame> Read(const IsOver& is_over);

  /// The server has closed the connection, or has never accepted it.
  [[nodiscard]] bool has_ended() const { return has_ended_; }

 private:
  /// Waits a moment for these events of poll(2), and does what it can about those that came.
  void Wait(short events);
  void Receive();
  std::optional<ReceivedFrame> TakeFrame();

  const Incoming incoming_;
  int fd_ = -1;
  bool has_ended_ = false;
  /// Of frames that are not yet taken.
  std::string received_;
  std::size_t taken_ = 0;
};

}  // namespace gateway::http2
