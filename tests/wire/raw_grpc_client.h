// A gRPC caller that breaks the rules: HTTP/2 frames by hand, so that metadata which no gRPC
// library would send can be sent.
//
// Belongs to one thread. One call for each object.
#pragma once

#include <optional>
#include <string>

#include "gateway/base/http_message.h"
#include "tests/support/http2_client.h"

namespace gateway {

class RawGrpcClient {
 public:
  using Frame = http2::ReceivedFrame;

  /// Connects and begins to speak HTTP/2. `address`: host:port of IPv4.
  explicit RawGrpcClient(const std::string& address);

  /// Sends a unary call whose headers are these, byte for byte, beside those that HTTP/2 and gRPC
  /// need; waits until the server ends the stream or the connection.
  void Call(const std::string& path, const Headers& headers, const std::string& message);

  /// So many at once.
  void Ping(int count);

  /// Waits for the next frame; nothing at the end of the connection.
  std::optional<Frame> Read();

 private:
  void Write(const std::string& bytes);

  http2::Client client_;
};

}  // namespace gateway
