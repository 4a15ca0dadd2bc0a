#include "tests/chaos/http2_session.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <utility>

#include "gateway/base/ascii.h"

namespace gateway::chaos {
namespace {

/// The head of kManyHeaders: about 30 KiB, more than a frame holds and less than the gateway
/// allows.
constexpr int kManyHeaders = 280;
constexpr std::size_t kLongValue = 100;

/// Names and values for nghttp2, which copies them when they are submitted.
class HeaderBlock {
 public:
  void Add(std::string name, std::string value) {
    texts_.emplace_back(std::move(name), std::move(value));
  }
  std::vector<nghttp2_nv> Get() {
    std::vector<nghttp2_nv> block;
    for (auto& [name, value] : texts_) {
      block.push_back({.name = reinterpret_cast<std::uint8_t*>(name.data()),
                       .value = reinterpret_cast<std::uint8_t*>(value.data()),
                       .namelen = name.size(),
                       .valuelen = value.size(),
                       .flags = NGHTTP2_NV_FLAG_NONE});
    }
    return block;
  }

 private:
  std::vector<std::pair<std::string, std::string>> texts_;
};

std::string Text(const std::uint8_t* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

HeaderBlock HeadOf(const HttpResponse& response, const ResponseShape& shape) {
  HeaderBlock head;
  head.Add(":status", std::to_string(response.status));
  for (const auto& [name, value] : response.headers) head.Add(ToLower(name), value);
  if (shape.content_length) head.Add("content-length", std::to_string(*shape.content_length));
  for (int i = 0; shape.many_headers && i < kManyHeaders; ++i) {
    head.Add("x-filler-" + std::to_string(i),
             std::string(kLongValue, static_cast<char>('a' + i % 26)));
  }
  return head;
}

bool EndsStream(const nghttp2_frame& frame) {
  return (frame.hd.flags & NGHTTP2_FLAG_END_STREAM) != 0 &&
         (frame.hd.type == NGHTTP2_DATA || frame.hd.type == NGHTTP2_HEADERS);
}

}  // namespace

Http2Session::Http2Session(WireStream& wire, std::function<void(const Http2Stream&)> sent_whole)
    : wire_(wire), sent_whole_(std::move(sent_whole)) {
  nghttp2_session_callbacks* callbacks = nullptr;
  nghttp2_option* option = nullptr;
  if (nghttp2_session_callbacks_new(&callbacks) != 0 || nghttp2_option_new(&option) != 0) {
    std::abort();  // Out of memory.
  }
  nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, OnBeginHeaders);
  nghttp2_session_callbacks_set_on_header_callback(callbacks, OnHeader);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, OnData);
  nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, OnFrame);
  nghttp2_session_callbacks_set_on_frame_send_callback(callbacks, OnFrameSent);
  nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, OnStreamClosed);
  // Callers who give up reset their streams: no reason to end the connection unplanned.
  constexpr std::uint64_t kAny = std::uint64_t{1} << 40U;
  nghttp2_option_set_stream_reset_rate_limit(option, kAny, kAny);
  nghttp2_session* session = nullptr;
  if (nghttp2_session_server_new2(&session, callbacks, this, option) != 0) std::abort();
  session_.reset(session);
  nghttp2_option_del(option);
  nghttp2_session_callbacks_del(callbacks);
}

bool Http2Session::Read() {
  std::string bytes;
  if (!wire_.Read(bytes)) return false;
  return nghttp2_session_mem_recv(session_.get(),
                                  reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                  bytes.size()) >= 0;
}

std::vector<Http2StreamPtr> Http2Session::TakeRequests() { return std::exchange(requests_, {}); }

bool Http2Session::Flush() {
  // All frames before any byte: what a frame's sending leads to has happened when it arrives.
  std::string bytes;
  for (;;) {
    const std::uint8_t* data = nullptr;
    const ssize_t size = nghttp2_session_mem_send(session_.get(), &data);
    if (size < 0) return false;
    if (size == 0) break;
    bytes += Text(data, static_cast<std::size_t>(size));
  }
  return wire_.Write(bytes);
}

void Http2Session::SendSettings(const ConnectionTraits& traits) {
  const std::array<nghttp2_settings_entry, 2> entries{
      {{NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, traits.max_streams},
       {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, traits.window}}};
  nghttp2_submit_settings(session_.get(), NGHTTP2_FLAG_NONE, entries.data(), entries.size());
}

void Http2Session::SendMaxStreams(std::uint32_t max_streams) {
  const nghttp2_settings_entry entry{NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, max_streams};
  nghttp2_submit_settings(session_.get(), NGHTTP2_FLAG_NONE, &entry, 1);
}

void Http2Session::SendPings(int count) {
  for (int i = 0; i < count; ++i) {
    nghttp2_submit_ping(session_.get(), NGHTTP2_FLAG_NONE, nullptr);
  }
}

void Http2Session::Respond(Http2Stream& stream, const HttpResponse& response,
                           const ResponseShape& shape) {
  if (!stream.open) return;
  if (shape.interim != 0) {
    HeaderBlock interim;
    interim.Add(":status", std::to_string(shape.interim));
    const auto block = interim.Get();
    nghttp2_submit_headers(session_.get(), NGHTTP2_FLAG_NONE, stream.id, nullptr, block.data(),
                           block.size(), nullptr);
  }
  stream.status = response.status;
  stream.body = response.body;
  stream.released = std::min(shape.released, stream.body.size());
  stream.has_trailers = shape.trailers;
  HeaderBlock head = HeadOf(response, shape);
  const auto block = head.Get();
  const nghttp2_data_provider provider{.source = {.ptr = nullptr}, .read_callback = OnBodyWanted};
  nghttp2_submit_response(session_.get(), stream.id, block.data(), block.size(), &provider);
}

void Http2Session::Release(Http2Stream& stream, std::size_t bytes) {
  if (!stream.open) return;
  stream.released += std::min(bytes, stream.body.size() - stream.released);
  nghttp2_session_resume_data(session_.get(), stream.id);
}

void Http2Session::Reset(const Http2Stream& stream, std::uint32_t code) {
  if (stream.open) {
    nghttp2_submit_rst_stream(session_.get(), NGHTTP2_FLAG_NONE, stream.id, code);
  }
}

void Http2Session::AnnounceGoAway() { nghttp2_submit_shutdown_notice(session_.get()); }

void Http2Session::GoAway(std::int32_t last_stream, std::uint32_t code) {
  nghttp2_submit_goaway(session_.get(), NGHTTP2_FLAG_NONE, last_stream, code, nullptr, 0);
  // From when it is sent nghttp2 takes no stream above the last: one that came in between would be
  // processed, and said not to be.
  static_cast<void>(Flush());
}

std::int32_t Http2Session::last_stream() const {
  return nghttp2_session_get_last_proc_stream_id(session_.get());
}

bool Http2Session::WriteRaw(const std::string& bytes) { return Flush() && wire_.Write(bytes); }

Http2Stream* Http2Session::Find(std::int32_t id) {
  const auto found = streams_.find(id);
  return found == streams_.end() ? nullptr : found->second.get();
}

int Http2Session::OnBeginHeaders(nghttp2_session*, const nghttp2_frame* frame, void* self) {
  auto stream = std::make_shared<Http2Stream>();
  stream->id = frame->hd.stream_id;
  static_cast<Http2Session*>(self)->streams_[stream->id] = std::move(stream);
  return 0;
}

int Http2Session::OnHeader(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name,
                           std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
                           std::uint8_t, void* self) {
  Http2Stream* const stream = static_cast<Http2Session*>(self)->Find(frame->hd.stream_id);
  if (stream == nullptr) return 0;
  const std::string key = Text(name, name_size);
  std::string text = Text(value, value_size);
  if (key == ":method") {
    stream->api.method = std::move(text);
  } else if (key == ":path") {
    stream->api.target = std::move(text);
  } else {
    stream->headers[key] = std::move(text);
  }
  return 0;
}

int Http2Session::OnData(nghttp2_session*, std::uint8_t, std::int32_t id, const std::uint8_t* data,
                         std::size_t size, void* self) {
  Http2Stream* const stream = static_cast<Http2Session*>(self)->Find(id);
  if (stream != nullptr) stream->api.body += Text(data, size);
  return 0;
}

int Http2Session::OnFrame(nghttp2_session*, const nghttp2_frame* frame, void* self) {
  auto& session = *static_cast<Http2Session*>(self);
  const auto found = session.streams_.find(frame->hd.stream_id);
  if (!EndsStream(*frame) || found == session.streams_.end()) return 0;
  found->second->api.header = [stream = found->second.get()](const std::string& name) {
    const auto header = stream->headers.find(name);
    return header == stream->headers.end() ? std::string() : header->second;
  };
  session.requests_.push_back(found->second);
  return 0;
}

int Http2Session::OnFrameSent(nghttp2_session*, const nghttp2_frame* frame, void* self) {
  auto& session = *static_cast<Http2Session*>(self);
  Http2Stream* const stream = session.Find(frame->hd.stream_id);
  if (stream != nullptr && EndsStream(*frame)) session.sent_whole_(*stream);
  return 0;
}

int Http2Session::OnStreamClosed(nghttp2_session*, std::int32_t id, std::uint32_t, void* self) {
  auto& session = *static_cast<Http2Session*>(self);
  const auto stream = session.streams_.extract(id);
  if (stream) stream.mapped()->open = false;
  return 0;
}

ssize_t Http2Session::OnBodyWanted(nghttp2_session* nghttp2, std::int32_t id, std::uint8_t* buffer,
                                   std::size_t size, std::uint32_t* flags, nghttp2_data_source*,
                                   void* self) {
  Http2Stream* const stream = static_cast<Http2Session*>(self)->Find(id);
  if (stream == nullptr) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
  const std::size_t count = std::min(size, stream->released - stream->sent);
  std::memcpy(buffer, stream->body.data() + stream->sent, count);
  stream->sent += count;
  if (stream->sent == stream->body.size()) {
    *flags |= NGHTTP2_DATA_FLAG_EOF;
    if (stream->has_trailers) {
      *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
      HeaderBlock trailers;
      trailers.Add("x-checked", "yes");
      const auto block = trailers.Get();
      nghttp2_submit_trailer(nghttp2, id, block.data(), block.size());
    }
  } else if (count == 0) {
    return NGHTTP2_ERR_DEFERRED;
  }
  return static_cast<ssize_t>(count);
}

}  // namespace gateway::chaos
