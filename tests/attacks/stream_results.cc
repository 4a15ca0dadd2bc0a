#include "tests/attacks/stream_results.h"

#include <string_view>

#include "gateway/base/status_code.h"

namespace gateway::attacks {

using namespace http2;

std::string StreamResults::Of(std::uint32_t stream) const {
  const auto found = results_.find(stream);
  return found == results_.end() ? "" : found->second;
}

void StreamResults::Add(const ReceivedFrame& frame) {
  if (frame.type == Type::kReset) {
    results_.try_emplace(frame.stream, "reset");
  } else if (frame.type == Type::kHeaders || frame.type == Type::kContinuation) {
    block_ += frame.payload;
    if ((frame.flags & kEndHeaders) == 0) return;
    AddHeaders(frame.stream, block_);
    block_.clear();
  }
}

void StreamResults::AddHeaders(std::uint32_t stream, const std::string& block) {
  if (!inflater_) {
    nghttp2_hd_inflater* inflater = nullptr;
    nghttp2_hd_inflate_new(&inflater);
    inflater_.reset(inflater);
  }
  const auto* next = reinterpret_cast<const std::uint8_t*>(block.data());
  std::size_t rest = block.size();
  while (true) {
    nghttp2_nv header;
    int flags = 0;
    const auto read = nghttp2_hd_inflate_hd2(inflater_.get(), &header, &flags, next, rest, 1);
    if (read < 0) return;
    next += read;
    rest -= static_cast<std::size_t>(read);
    if ((flags & NGHTTP2_HD_INFLATE_EMIT) != 0) {
      const auto text = [](const std::uint8_t* bytes, std::size_t size) {
        return std::string_view(reinterpret_cast<const char*>(bytes), size);
      };
      if (text(header.name, header.namelen) == "grpc-status") {
        const std::string code(text(header.value, header.valuelen));
        results_.try_emplace(stream,
                             StatusCodeName(static_cast<grpc::StatusCode>(std::stoi(code))));
      }
    }
    if ((flags & NGHTTP2_HD_INFLATE_FINAL) != 0) break;
  }
  nghttp2_hd_inflate_end_headers(inflater_.get());
}

}  // namespace gateway::attacks
