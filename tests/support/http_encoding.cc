#include "tests/support/http_encoding.h"

#include <zlib.h>

#include <array>
#include <cstdio>

namespace gateway {
namespace {

std::string Compress(const std::string& text, int window) {
  z_stream stream{};
  deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY);
  std::string zipped(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(zipped.data());
  stream.avail_out = static_cast<uInt>(zipped.size());
  deflate(&stream, Z_FINISH);
  zipped.resize(stream.total_out);
  deflateEnd(&stream);
  return zipped;
}

}  // namespace

std::string Gzip(const std::string& text) { return Compress(text, MAX_WBITS + 16); }
std::string Deflate(const std::string& text) { return Compress(text, MAX_WBITS); }
std::string RawDeflate(const std::string& text) { return Compress(text, -MAX_WBITS); }

std::string ChunkedReply(const std::string& body) {
  std::string text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  std::array<char, 16> size{};
  std::snprintf(size.data(), size.size(), "%zx", body.size());
  return text.append(size.data()).append("\r\n").append(body).append("\r\n0\r\n\r\n");
}

}  // namespace gateway
