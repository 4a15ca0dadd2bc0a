// How the calls of one connection ended, read from its frames.
//
// Belongs to one thread.
#pragma once

#include <nghttp2/nghttp2.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "tests/support/http2_client.h"

namespace gateway::attacks {

class StreamResults {
 public:
  /// The name of the code in grpc-status; "reset"; "" while the stream goes on.
  [[nodiscard]] std::string Of(std::uint32_t stream) const;

  /// Every frame of the connection, in the order they came: HPACK depends on it.
  void Add(const http2::ReceivedFrame& frame);

 private:
  struct Deleter {
    void operator()(nghttp2_hd_inflater* inflater) const { nghttp2_hd_inflate_del(inflater); }
  };

  /// Of a whole block.
  void AddHeaders(std::uint32_t stream, const std::string& block);

  std::unique_ptr<nghttp2_hd_inflater, Deleter> inflater_;
  /// Of a header block that goes on.
  std::string block_;
  std::map<std::uint32_t, std::string> results_;
};

}  // namespace gateway::attacks
