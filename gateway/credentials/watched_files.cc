#include "gateway/credentials/watched_files.h"

#include <utility>

#include "gateway/base/file.h"
#include "gateway/telemetry/logging.h"

namespace gateway {
namespace {

// A bundle of all public CAs has a quarter of it.
constexpr std::size_t kMaxFileBytes = std::size_t{1} << 20;

}  // namespace

bool WatchedFiles::Take(Errors& faults) {
  Contents contents;
  for (const File& file : files_) {
    auto content = ReadFile(file.path, kMaxFileBytes);
    if (!content) faults.push_back(std::string(file.flag) + ": " + content.error());
    contents.push_back(content ? std::optional(*std::move(content)) : std::nullopt);
  }
  if (contents == contents_) return false;
  use_(contents, faults);
  if (!faults.empty()) return false;
  contents_ = std::move(contents);
  return true;
}

Errors WatchedFiles::Load() {
  Errors faults;
  Take(faults);
  return faults;
}

WatchedFiles::Outcome WatchedFiles::Look() {
  Errors faults;
  const bool taken = Take(faults);
  const bool told = faults == std::exchange(faults_, faults);
  if (taken) {
    std::string names;
    for (const File& file : files_) {
      names.append(names.empty() ? "" : ", ").append(file.flag).append(" ").append(file.path);
    }
    Log(LogLevel::kInfo, "changed credentials are in use", {{"files", names}});
    return Outcome::kTaken;
  }
  if (faults.empty()) return Outcome::kUnchanged;
  if (told) return Outcome::kStillRefused;
  for (const std::string& fault : faults) {
    Log(LogLevel::kWarn, fault, {{"kept", "the old credentials"}});
  }
  return Outcome::kRefused;
}

}  // namespace gateway
