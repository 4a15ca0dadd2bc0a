// Files that make sense together, such as a certificate and its key, and that may change while the
// program runs. New contents are checked before they replace those in use.
//
// Not thread-safe; used by one thread at a time. Blocks: not for gRPC or loop threads. Each read
// opens the paths anew, as a link may point elsewhere by then (Kubernetes swaps links).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/base/result.h"

namespace gateway {

class WatchedFiles {
 public:
  struct File {
    /// The flag that names the file, for errors: `--tls-cert`.
    std::string_view flag;
    std::string path;
  };
  /// In the order of the files; nothing for one that cannot be read.
  using Contents = std::vector<std::optional<std::string>>;
  /// Puts contents to use that are whole and keep all rules, and only those. Returns the errors of
  /// the others: sentences that name flag and path. Unreadable files have been reported already.
  using Use = std::function<Errors(const Contents& contents)>;

  enum class ReloadResult {
    kUnchanged,
    kReloaded,
    kRejected,       ///< The old contents stay in use.
    kStillRejected,  ///< For the same reasons as at the reload before.
  };

  WatchedFiles(std::vector<File> files, Use use) : files_(std::move(files)), use_(std::move(use)) {}

  /// The first read. Logs nothing: the errors of reading and using.
  tl::expected<void, Errors> Load();

  /// Reads the files and puts changed contents to use. Logs what was reloaded or rejected, the same
  /// errors once.
  ReloadResult ReloadChanged();

 private:
  /// Whether new contents were put to use.
  tl::expected<bool, Errors> ReadAndUse();

  std::vector<File> files_;
  Use use_;
  /// The contents in use; none before the first valid ones.
  Contents contents_;
  /// The errors of the last reload.
  Errors errors_;
};

}  // namespace gateway
