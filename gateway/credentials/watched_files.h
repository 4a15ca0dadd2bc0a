// Files that make sense together, such as a certificate and its key, and that may change while the
// program runs. New contents are checked before they replace what works.
//
// Each look opens the paths anew: links may have come to point elsewhere, as Kubernetes does it.
// Belongs to one thread, and blocks: not for gRPC or loop threads.
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
    /// Who names it, for faults: `--tls-cert`.
    std::string_view flag;
    std::string path;
  };
  /// In the order of the files; nothing for one that cannot be read.
  using Contents = std::vector<std::optional<std::string>>;
  /// Adds to `faults` what is wrong with the contents, each fault a sentence that names flag and
  /// path. Puts them to use if there is then no fault, of reading neither.
  using Use = std::function<void(const Contents& contents, Errors& faults)>;

  enum class Outcome {
    kUnchanged,
    kTaken,
    kRefused,       ///< The old contents stay in use.
    kStillRefused,  ///< For the same reasons as at the look before.
  };

  WatchedFiles(std::vector<File> files, Use use) : files_(std::move(files)), use_(std::move(use)) {}

  /// Reads the files. Logs what is taken or refused, the same fault once.
  Outcome Look();

  /// The first look, which logs nothing: the faults of reading and using.
  Errors Load();

 private:
  /// Whether new contents were taken.
  bool Take(Errors& faults);

  std::vector<File> files_;
  Use use_;
  /// In use; none before the first that were sound.
  Contents contents_;
  /// Of the last look.
  Errors faults_;
};

}  // namespace gateway
