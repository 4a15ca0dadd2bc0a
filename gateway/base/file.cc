#include "gateway/base/file.h"

#include <array>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace gateway {

tl::expected<std::string, std::string> ReadFile(const std::string& path, std::size_t max_bytes) {
  const auto error_of = [&path](const std::string& what) {
    return tl::unexpected<std::string>(path + " " + what);
  };
  // Checked before the file is opened: opening a pipe would wait for its writer.
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) return error_of("does not exist");
  if (!std::filesystem::is_regular_file(status)) return error_of("is not a regular file");

  std::ifstream file(path, std::ios::binary);
  if (!file) return error_of("cannot be opened");
  // Read in pieces: most files are small, and a buffer of the limit's size would be the process's
  // peak of memory.
  std::string content;
  std::array<char, 64 << 10> piece{};
  while (file && content.size() <= max_bytes) {
    file.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    content.append(piece.data(), static_cast<std::size_t>(file.gcount()));
  }
  if (file.bad()) return error_of("cannot be read");
  if (content.size() > max_bytes) {
    return error_of("is larger than " + std::to_string(max_bytes) + " bytes");
  }
  return content;
}

}  // namespace gateway
