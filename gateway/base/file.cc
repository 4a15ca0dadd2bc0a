#include "gateway/base/file.h"

#include <array>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace gateway {

tl::expected<std::string, std::string> ReadFile(const std::string& path, std::size_t max_bytes) {
  const auto fault = [&path](const std::string& what) {
    return tl::unexpected<std::string>(path + " " + what);
  };
  // Asked first: opening a pipe would wait for its writer.
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) return fault("does not exist");
  if (!std::filesystem::is_regular_file(status)) return fault("is not a regular file");

  std::ifstream file(path, std::ios::binary);
  if (!file) return fault("cannot be opened");
  // In pieces: what may be large mostly is small, and memory for the limit would be the process's
  // peak.
  std::string content;
  std::array<char, 64 << 10> piece{};
  while (file && content.size() <= max_bytes) {
    file.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    content.append(piece.data(), static_cast<std::size_t>(file.gcount()));
  }
  if (file.bad()) return fault("cannot be read");
  if (content.size() > max_bytes) {
    return fault("is larger than " + std::to_string(max_bytes) + " bytes");
  }
  return content;
}

}  // namespace gateway
