#include "gateway/base/file.h"

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
  std::string content(max_bytes + 1, '\0');
  file.read(content.data(), static_cast<std::streamsize>(content.size()));
  if (file.bad()) return fault("cannot be read");
  content.resize(static_cast<std::size_t>(file.gcount()));
  if (content.size() > max_bytes) {
    return fault("is larger than " + std::to_string(max_bytes) + " bytes");
  }
  return content;
}

}  // namespace gateway
