// The API key, and when a change of it is put to use. Certificates: tls_material_test.cc.
#include "gateway/credentials/credentials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <thread>

#include "tests/support/mounted_secret.h"
#include "tests/support/temporary_file.h"

namespace gateway {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

Config ConfigWithKeyFile(const std::string& path) {
  Config config;
  config.api_key_file = path;
  return config;
}

Errors ErrorsOf(const Config& config) {
  const auto credentials = Credentials::Load(config);
  return credentials ? Errors{} : credentials.error();
}

/// The credentials of a gateway with that key file, which is valid.
struct WithKey {
  explicit WithKey(const std::string& path)
      : credentials(*Credentials::Load(ConfigWithKeyFile(path))) {}

  [[nodiscard]] std::string Authorization() const { return *credentials->authorization()->Load(); }
  void Reload() { credentials->ReloadChanged(metrics); }
  /// `success` or `failure`.
  [[nodiscard]] bool HasCounted(const std::string& result, int times) const {
    return metrics.Render().find(
               "extend_gateway_credential_reloads_total{kind=\"api_key\",result=\"" + result +
               "\"} " + std::to_string(times) + "\n") != std::string::npos;
  }

  Metrics metrics{"1"};
  std::unique_ptr<Credentials> credentials;
};

TEST(ApiKey, IsNoneWhereNoneIsConfigured) {
  const auto credentials = Credentials::Load({});
  ASSERT_TRUE(credentials);
  EXPECT_EQ((*credentials)->authorization(), nullptr);
}

TEST(ApiKey, IsNeededWhereTheGatewayAuthenticates) {
  Config config;
  config.auth = Auth::kGateway;
  EXPECT_THAT(ErrorsOf(config), ElementsAre(HasSubstr("--auth gateway: needs a key")));
}

TEST(ApiKey, WithoutAFileNeverChanges) {
  Config config;
  config.api_key = "k";
  const auto credentials = Credentials::Load(config);
  ASSERT_TRUE(credentials);
  Metrics metrics("1");
  EXPECT_EQ(*(*credentials)->authorization()->Load(), "Bearer k");
  (*credentials)->ReloadChanged(metrics);
  EXPECT_EQ(*(*credentials)->authorization()->Load(), "Bearer k");
}

TEST(ApiKey, InAFileLosesTheBlanksAroundIt) {
  for (const char* content : {"k", "k\n", "\r\n k\t\r\n"}) {
    const TemporaryFile file(content);
    EXPECT_EQ(WithKey(file.path()).Authorization(), "Bearer k");
  }
}

TEST(ApiKey, InABadFileIsRejectedWithoutShowingIt) {
  const std::string rule = "printable ASCII characters without blanks";
  for (const std::string& content :
       {std::string(), std::string(" \n"), std::string("hunter2 x"), std::string("hunter2\nx"),
        std::string("hunter2\xff"), std::string("hunter2\0x", 9), std::string(4097, 'k')}) {
    const TemporaryFile file(content);
    EXPECT_THAT(ErrorsOf(ConfigWithKeyFile(file.path())),
                ElementsAre(AllOf(HasSubstr("--api-key-file: " + file.path()), HasSubstr(rule),
                                  Not(HasSubstr("hunt")))));
  }
  const TemporaryFile longest(std::string(4096, 'k') + "\n");
  EXPECT_THAT(ErrorsOf(ConfigWithKeyFile(longest.path())), ElementsAre());
}

TEST(ApiKey, WithoutItsFileIsRejected) {
  EXPECT_THAT(ErrorsOf(ConfigWithKeyFile("/does/not/exist")),
              ElementsAre("--api-key-file: /does/not/exist does not exist"));
  EXPECT_THAT(ErrorsOf(ConfigWithKeyFile("/tmp")),
              ElementsAre("--api-key-file: /tmp is not a regular file"));
}

TEST(ApiKey, IsReloaded) {
  const TemporaryFile file("old\n");
  WithKey key(file.path());
  const auto held = key.credentials->authorization()->Load();
  key.Reload();
  EXPECT_TRUE(key.HasCounted("success", 0));
  file.Write("new\n");
  EXPECT_EQ(key.Authorization(), "Bearer old");
  key.Reload();
  key.Reload();
  EXPECT_EQ(key.Authorization(), "Bearer new");
  EXPECT_EQ(*held, "Bearer old");
  EXPECT_TRUE(key.HasCounted("success", 1));
  EXPECT_TRUE(key.HasCounted("failure", 0));
}

TEST(ApiKey, IsReloadedThroughALinkThatPointsElsewhere) {
  const TemporaryFile first("first");
  const TemporaryFile second("second");
  const std::string link = first.path() + ".link";
  std::filesystem::create_symlink(first.path(), link);
  WithKey key(link);
  std::filesystem::remove(link);
  std::filesystem::create_symlink(second.path(), link);
  key.Reload();
  EXPECT_EQ(key.Authorization(), "Bearer second");
  std::filesystem::remove(link);
}

TEST(ApiKey, IsReloadedWhenAKubeletSwapsItsDirectory) {
  MountedSecret secret(MountedSecret::Files{{"key", "first"}});
  WithKey key(secret.PathOf("key"));
  for (const char* next : {"second", "third"}) {
    secret.Publish({{"key", next}});
    key.Reload();
    EXPECT_EQ(key.Authorization(), std::string("Bearer ") + next);
  }
}

TEST(ApiKey, StaysWhenItsFileBreaksAndIsLoggedOnce) {
  const TemporaryFile file("old");
  WithKey key(file.path());
  testing::internal::CaptureStderr();
  for (const char* content : {"", "hunter2 x"}) {
    file.Write(content);
    key.Reload();
    EXPECT_EQ(key.Authorization(), "Bearer old");
  }
  file.Remove();
  key.Reload();
  key.Reload();
  EXPECT_EQ(key.Authorization(), "Bearer old");
  const std::string log = testing::internal::GetCapturedStderr();
  // The two broken contents break the same rule.
  EXPECT_EQ(std::ranges::count(log, '\n'), 2) << log;
  EXPECT_THAT(log, AllOf(HasSubstr(file.path()), HasSubstr("does not exist")));
  EXPECT_THAT(log, AllOf(Not(HasSubstr("hunter2")), Not(HasSubstr("old\""))));
  EXPECT_TRUE(key.HasCounted("failure", 2));
}

TEST(ApiKey, IsReloadedWhenItsFileIsMended) {
  const TemporaryFile file("old");
  WithKey key(file.path());
  file.Write("");
  key.Reload();
  file.Write("new");
  key.Reload();
  EXPECT_EQ(key.Authorization(), "Bearer new");
  // The same error again is a new one.
  file.Write("");
  key.Reload();
  EXPECT_TRUE(key.HasCounted("failure", 2));
}

TEST(ApiKey, MayBeReadWhileItsFileIsReloaded) {
  const TemporaryFile file("a");
  WithKey key(file.path());
  const std::jthread reader([&key](const std::stop_token& stop) {
    while (!stop.stop_requested()) EXPECT_THAT(key.Authorization(), HasSubstr("Bearer "));
  });
  for (int i = 0; i < 100; ++i) {
    file.Write(i % 2 == 0 ? "b" : "a");
    key.Reload();
    EXPECT_EQ(key.Authorization(), i % 2 == 0 ? "Bearer b" : "Bearer a");
  }
}

}  // namespace
}  // namespace gateway
