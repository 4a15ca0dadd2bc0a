// Names whose look-up takes as long as the test wants: this program's own getaddrinfo stands before
// the C library's, for libcurl's resolver threads too.
#pragma once

namespace gateway {

/// While one exists, looking up kSlowName blocks; then it fails. Others go to the C library.
class SlowResolver {
 public:
  static constexpr const char* kSlowName = "slow.test";

  SlowResolver();
  /// Ends the look-ups and waits for them.
  ~SlowResolver();
  SlowResolver(const SlowResolver&) = delete;
  SlowResolver& operator=(const SlowResolver&) = delete;

  /// Blocks until a look-up is under way.
  void AwaitLookup();
};

}  // namespace gateway
