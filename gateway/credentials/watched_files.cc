#include "gateway/credentials/watched_files.h"

#include <algorithm>
#include <utility>

#include "gateway/base/file.h"
#include "gateway/telemetry/logging.h"

namespace gateway {
namespace {

// A bundle of all public CAs takes a quarter of it.
constexpr std::size_t kMaxFileBytes = std::size_t{1} << 20;

}  // namespace

tl::expected<bool, Errors> WatchedFiles::ReadAndUse() {
  Contents contents;
  Errors errors;
  for (const File& file : files_) {
    auto content = ReadFile(file.path, kMaxFileBytes);
    if (!content) errors.push_back(std::string(file.flag) + ": " + content.error());
    contents.push_back(content ? std::optional(*std::move(content)) : std::nullopt);
  }
  if (errors.empty() && contents == contents_) return false;
  Append(errors, use_(contents));
  if (!errors.empty()) return tl::unexpected(std::move(errors));
  contents_ = std::move(contents);
  return true;
}

tl::expected<void, Errors> WatchedFiles::Load() {
  return ReadAndUse().map([](bool /*used*/) {});
}

WatchedFiles::ReloadResult WatchedFiles::ReloadChanged() {
  const auto used = ReadAndUse();
  const Errors errors = used ? Errors{} : used.error();
  const bool is_reported = errors == std::exchange(errors_, errors);
  if (!used) {
    if (is_reported) return ReloadResult::kStillRejected;
    for (const std::string& error : errors) {
      Log(LogLevel::kWarn, error, {{"kept", "the old credentials"}});
    }
    return ReloadResult::kRejected;
  }
  if (!*used) return ReloadResult::kUnchanged;
  std::string names;
  for (const File& file : files_) {
    names.append(names.empty() ? "" : ", ").append(file.flag).append(" ").append(file.path);
  }
  Log(LogLevel::kInfo, "changed credentials are in use", {{"files", names}});
  return ReloadResult::kReloaded;
}

}  // namespace gateway
