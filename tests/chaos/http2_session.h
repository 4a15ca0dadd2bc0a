// The server's side of HTTP/2 on one connection: streams, requests that came, responses that go,
// and frames at will. Knows no faults; http2_connection does.
//
// Belongs to the connection's thread. Nothing is written before Flush.
#pragma once

#include <nghttp2/nghttp2.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/base/http_message.h"
#include "tests/chaos/fault_plan.h"
#include "tests/simulator/api_message.h"
#include "tests/support/wire_stream.h"

namespace gateway::chaos {

/// One request. May outlive its stream.
struct Http2Stream {
  std::int32_t id = 0;
  extend_simulator::ApiRequest api;
  std::map<std::string, std::string> headers;
  /// False when it was reset by either side, or its response went out.
  bool open = true;

  // The response.
  int status = 0;
  std::string body;
  std::size_t sent = 0;
  /// Bytes of the body that may go out; the stream ends with the last of the body.
  std::size_t released = 0;
  bool has_trailers = false;
};
using Http2StreamPtr = std::shared_ptr<Http2Stream>;

/// How a response goes out.
struct ResponseShape {
  /// Nothing: no Content-Length.
  std::optional<std::size_t> content_length;
  /// Bytes of the body that may go out; Release allows more.
  std::size_t released = std::string::npos;
  /// The status of an interim response that comes before; 0: none.
  int interim = 0;
  bool many_headers = false;
  bool trailers = false;
};

class Http2Session {
 public:
  /// `sent_whole` is called when all frames of a stream's response are about to be written.
  Http2Session(WireStream& wire, std::function<void(const Http2Stream&)> sent_whole);

  /// Waits for bytes; false at the end of the connection, or if they are not HTTP/2.
  bool Read();
  /// Complete requests that came since the last time.
  std::vector<Http2StreamPtr> TakeRequests();
  /// False at the end of the connection.
  bool Flush();

  void SendSettings(const ConnectionTraits& traits);
  void SendMaxStreams(std::uint32_t max_streams);
  void SendPings(int count);
  void Respond(Http2Stream& stream, const HttpResponse& response, const ResponseShape& shape);
  /// More bytes of the body.
  void Release(Http2Stream& stream, std::size_t bytes);
  void Reset(const Http2Stream& stream, std::uint32_t code);
  /// A first word, which names no last stream.
  void AnnounceGoAway();
  /// Streams after the last one are gone, and no new ones are heard.
  void GoAway(std::int32_t last_stream, std::uint32_t code);
  [[nodiscard]] std::int32_t last_stream() const;
  /// Past HTTP/2, after all that was submitted.
  bool WriteRaw(const std::string& bytes);

  /// By id; complete or not.
  [[nodiscard]] const std::map<std::int32_t, Http2StreamPtr>& open_streams() const {
    return streams_;
  }

 private:
  struct Deleter {
    void operator()(nghttp2_session* session) const { nghttp2_session_del(session); }
  };

  // Called by nghttp2; `self` is the session.
  static int OnBeginHeaders(nghttp2_session*, const nghttp2_frame* frame, void* self);
  static int OnHeader(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name,
                      std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
                      std::uint8_t, void* self);
  static int OnData(nghttp2_session*, std::uint8_t, std::int32_t id, const std::uint8_t* data,
                    std::size_t size, void* self);
  static int OnFrame(nghttp2_session*, const nghttp2_frame* frame, void* self);
  static int OnFrameSent(nghttp2_session*, const nghttp2_frame* frame, void* self);
  static int OnStreamClosed(nghttp2_session*, std::int32_t id, std::uint32_t, void* self);
  static ssize_t OnBodyWanted(nghttp2_session*, std::int32_t id, std::uint8_t* buffer,
                              std::size_t size, std::uint32_t* flags, nghttp2_data_source*,
                              void* self);

  /// Null if it is gone.
  Http2Stream* Find(std::int32_t id);

  WireStream& wire_;
  const std::function<void(const Http2Stream&)> sent_whole_;
  std::map<std::int32_t, Http2StreamPtr> streams_;
  std::vector<Http2StreamPtr> requests_;
  std::unique_ptr<nghttp2_session, Deleter> session_;
};

}  // namespace gateway::chaos
