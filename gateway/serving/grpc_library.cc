#include "gateway/serving/grpc_library.h"

#include <charconv>
#include <compare>

namespace gateway {
namespace {

struct Release {
  int major = 0;
  int minor = 0;

  friend auto operator<=>(const Release&, const Release&) = default;
};

/// The oldest release that is known to have none. Nobody has measured those between 1.51 and it.
constexpr Release kWithoutHoles{1, 83};

Release ParseRelease(std::string_view version) {
  Release release;
  const char* const begin = version.data();
  const char* const end = begin + version.size();
  const auto [dot, error] = std::from_chars(begin, end, release.major);
  if (error == std::errc() && dot != end) std::from_chars(dot + 1, end, release.minor);
  return release;
}

}  // namespace

bool HasKnownHoles(std::string_view grpc_version) {
  return ParseRelease(grpc_version) < kWithoutHoles;
}

}  // namespace gateway
