// Certificates, keys and CAs: what is rejected, and when a change is put to use.
#include "gateway/credentials/tls_material.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <algorithm>

#include "gateway/credentials/credentials.h"
#include "tests/support/mounted_secret.h"
#include "tests/support/test_certificate.h"

namespace gateway {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using ReloadResult = WatchedFiles::ReloadResult;

MountedSecret::Files FilesOf(const TestCertificate& certificate) {
  return {{"crt", certificate.certificate_pem},
          {"key", certificate.key_pem},
          {"ca", certificate.certificate_pem}};
}

/// A key of the same kind, in the form that needs a passphrase.
std::string EncryptedKey() {
  EVP_PKEY* const key = EVP_EC_gen("P-256");
  BIO* const out = BIO_new(BIO_s_mem());
  char passphrase[] = "x";
  PEM_write_bio_PKCS8PrivateKey(out, key, EVP_aes_128_cbc(), passphrase, 1, nullptr, nullptr);
  char* data = nullptr;
  const long size = BIO_get_mem_data(out, &data);
  std::string pem(data, static_cast<std::size_t>(size));
  BIO_free(out);
  EVP_PKEY_free(key);
  return pem;
}

Errors ErrorsOf(WatchedFiles& files) {
  const auto loaded = files.Load();
  return loaded ? Errors{} : loaded.error();
}

class TlsMaterialTest : public testing::Test {
 protected:
  static const TestCertificate& First() {
    static const TestCertificate certificate = MakeTestCertificate("first");
    return certificate;
  }
  static const TestCertificate& Second() {
    static const TestCertificate certificate = MakeTestCertificate("second");
    return certificate;
  }
  [[nodiscard]] std::string Certificate() const { return current.Load()->certificate_pem; }

  MountedSecret secret{FilesOf(First())};
  AtomicValue<TlsMaterial> current;
  WatchedFiles files = WatchTls({.certificate = {"--cert", secret.PathOf("crt")},
                                 .key = {"--key", secret.PathOf("key")},
                                 .ca = {"--ca", secret.PathOf("ca")}},
                                current);
};

TEST_F(TlsMaterialTest, ValidFilesArePutToUse) {
  EXPECT_TRUE(files.Load());
  EXPECT_EQ(current.Load()->certificate_pem, First().certificate_pem);
  EXPECT_EQ(current.Load()->key_pem, First().key_pem);
  EXPECT_EQ(current.Load()->ca_pem, First().certificate_pem);
}

TEST_F(TlsMaterialTest, NoFilesAreNoMaterial) {
  WatchedFiles none = WatchTls({}, current);
  EXPECT_TRUE(none.Load());
  EXPECT_EQ(none.ReloadChanged(), ReloadResult::kUnchanged);
}

TEST_F(TlsMaterialTest, BadFilesAreRejectedWithFileAndRule) {
  const std::string certificate = First().certificate_pem;
  const std::string key = First().key_pem;
  struct Bad {
    const char* file;
    std::string content;
    const char* rule;
  };
  const std::vector<Bad> cases = {
      {"crt", "", "holds no certificate in PEM form"},
      {"crt", "not PEM", "holds no certificate in PEM form"},
      {"crt", key, "holds no certificate in PEM form"},
      {"crt", certificate.substr(0, certificate.size() / 2), "a certificate that does not parse"},
      {"crt", certificate + certificate.substr(0, 100), "a certificate that does not parse"},
      {"key", "", "holds no private key in PEM form"},
      {"key", certificate, "holds no private key in PEM form"},
      {"key", key.substr(0, key.size() / 2), "holds no private key in PEM form"},
      {"key", Second().key_pem, "is not the key of the certificate"},
      {"key", EncryptedKey(), "is encrypted: a key without a passphrase is needed"},
      {"ca", "", "holds no certificate in PEM form"},
      {"ca", certificate + certificate.substr(0, 100), "a certificate that does not parse"},
  };
  for (const auto& [file, content, rule] : cases) {
    auto contents = FilesOf(First());
    contents[file] = content;
    secret.Publish(contents);
    EXPECT_THAT(ErrorsOf(files),
                ElementsAre(AllOf(HasSubstr(": " + secret.PathOf(file) + " "), HasSubstr(rule))))
        << file << ": " << content.substr(0, 20);
  }
}

TEST_F(TlsMaterialTest, AllErrorsAreReportedAtOnce) {
  secret.Publish({{"crt", First().certificate_pem}, {"key", Second().key_pem}});
  EXPECT_THAT(ErrorsOf(files),
              testing::UnorderedElementsAre(
                  "--ca: " + secret.PathOf("ca") + " does not exist",
                  "--key: " + secret.PathOf("key") + " is not the key of the certificate"));
}

TEST_F(TlsMaterialTest, AnExpiredCertificateIsLoggedAndUsed) {
  const TestCertificate expired = MakeTestCertificate("expired", -60);
  secret.Publish(FilesOf(expired));
  testing::internal::CaptureStderr();
  EXPECT_TRUE(files.Load());
  EXPECT_THAT(testing::internal::GetCapturedStderr(),
              HasSubstr("--cert: " + secret.PathOf("crt") + " has expired at 20"));
  EXPECT_EQ(Certificate(), expired.certificate_pem);
}

TEST_F(TlsMaterialTest, AChangeIsReloadedAsAWhole) {
  ASSERT_TRUE(files.Load());
  EXPECT_EQ(files.ReloadChanged(), ReloadResult::kUnchanged);
  secret.Publish(FilesOf(Second()));
  EXPECT_EQ(files.ReloadChanged(), ReloadResult::kReloaded);
  EXPECT_EQ(Certificate(), Second().certificate_pem);
  EXPECT_EQ(current.Load()->key_pem, Second().key_pem);
  EXPECT_EQ(files.ReloadChanged(), ReloadResult::kUnchanged);
}

TEST_F(TlsMaterialTest, ACertificateWaitsForItsKey) {
  ASSERT_TRUE(files.Load());
  testing::internal::CaptureStderr();
  secret.Overwrite("crt", Second().certificate_pem);
  EXPECT_EQ(files.ReloadChanged(), ReloadResult::kRejected);
  EXPECT_EQ(files.ReloadChanged(), ReloadResult::kStillRejected);
  EXPECT_EQ(Certificate(), First().certificate_pem);
  EXPECT_EQ(std::ranges::count(testing::internal::GetCapturedStderr(), '\n'), 1);
  secret.Overwrite("key", Second().key_pem);
  EXPECT_EQ(files.ReloadChanged(), ReloadResult::kReloaded);
  EXPECT_EQ(Certificate(), Second().certificate_pem);
}

TEST_F(TlsMaterialTest, FilesThatAreGoneLeaveTheOldMaterialInUse) {
  ASSERT_TRUE(files.Load());
  secret.Publish({});
  testing::internal::CaptureStderr();
  EXPECT_EQ(files.ReloadChanged(), ReloadResult::kRejected);
  EXPECT_THAT(testing::internal::GetCapturedStderr(),
              AllOf(HasSubstr(secret.PathOf("crt")), HasSubstr(secret.PathOf("key")),
                    HasSubstr(secret.PathOf("ca")), HasSubstr("the old credentials")));
  EXPECT_EQ(Certificate(), First().certificate_pem);
  secret.Publish(FilesOf(First()));
  EXPECT_EQ(files.ReloadChanged(), ReloadResult::kUnchanged);
}

TEST_F(TlsMaterialTest, ReloadsOfListenersAndUpstreamAreCountedApart) {
  Config config;
  config.tls_cert = secret.PathOf("crt");
  config.tls_key = secret.PathOf("key");
  config.upstream_ca = secret.PathOf("ca");
  const auto loaded = Credentials::Load(config);
  ASSERT_TRUE(loaded);
  Credentials& credentials = **loaded;
  EXPECT_EQ(credentials.upstream_tls().Load()->ca_pem, First().certificate_pem);
  Metrics metrics("1");
  secret.Publish({{"crt", Second().certificate_pem}, {"key", Second().key_pem}, {"ca", "broken"}});
  credentials.ReloadChanged(metrics);
  EXPECT_EQ(credentials.server_tls().Load()->certificate_pem, Second().certificate_pem);
  EXPECT_EQ(credentials.upstream_tls().Load()->ca_pem, First().certificate_pem);
  const std::string name = "extend_gateway_credential_reloads_total{kind=";
  EXPECT_THAT(metrics.Render(),
              AllOf(HasSubstr(name + "\"server_tls\",result=\"success\"} 1\n"),
                    HasSubstr(name + "\"server_tls\",result=\"failure\"} 0\n"),
                    HasSubstr(name + "\"upstream_tls\",result=\"success\"} 0\n"),
                    HasSubstr(name + "\"upstream_tls\",result=\"failure\"} 1\n")));
}

}  // namespace
}  // namespace gateway
