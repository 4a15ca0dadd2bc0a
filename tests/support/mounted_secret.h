// Files as a kubelet mounts a Secret: each is a link to `..data/NAME`, and `..data` is a link that
// is moved to a new directory when the Secret changes. Lives as long as its object.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>

namespace gateway {

class MountedSecret {
 public:
  using Files = std::map<std::string, std::string>;

  explicit MountedSecret(const Files& files) : directory_(mkdtemp(pattern_.data())) {
    Publish(files);
    for (const auto& [name, content] : files) {
      std::filesystem::create_symlink("..data/" + name, directory_ / name);
    }
  }
  ~MountedSecret() { std::filesystem::remove_all(directory_); }
  MountedSecret(const MountedSecret&) = delete;
  MountedSecret& operator=(const MountedSecret&) = delete;

  /// All files change at once, and those that are not among `files` are gone.
  void Publish(const Files& files) {
    const std::string version = "..version-" + std::to_string(++versions_);
    std::filesystem::create_directory(directory_ / version);
    for (const auto& [name, content] : files) {
      std::ofstream(directory_ / version / name, std::ios::binary) << content;
    }
    std::filesystem::create_symlink(version, directory_ / "..data_tmp");
    std::filesystem::rename(directory_ / "..data_tmp", directory_ / "..data");
  }

  /// One file changes in its place, as a careless script does it.
  void Overwrite(const std::string& name, const std::string& content) const {
    std::ofstream(directory_ / name, std::ios::binary | std::ios::trunc) << content;
  }

  [[nodiscard]] std::string PathOf(const std::string& name) const {
    return (directory_ / name).string();
  }

 private:
  std::string pattern_ = "/tmp/extend-gateway-secret-XXXXXX";
  const std::filesystem::path directory_;
  int versions_ = 0;
};

}  // namespace gateway
