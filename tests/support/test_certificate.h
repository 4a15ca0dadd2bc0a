// Certificates made at test time: short-lived, with fresh keys, never on disk. Thread-safe.
#pragma once

#include <string>

namespace gateway {

struct TestCertificate {
  std::string certificate_pem;
  std::string key_pem;
};

/// Signed by itself, so it is also the CA that it is verified with. For 127.0.0.1 and localhost, as
/// server and as client. Valid since an hour ago, or for other seconds (a negative number: it is
/// not valid yet), and for an hour from now, or for other seconds (a negative number: it has
/// expired).
TestCertificate MakeTestCertificate(const std::string& common_name, long lifetime_seconds = 3600,
                                    long age_seconds = 3600);

/// Signed by `ca`; else like the one above.
TestCertificate MakeTestCertificate(const std::string& common_name, const TestCertificate& ca);

}  // namespace gateway
