// The API key, and when a change of it is put to use. Certificates: tls_files_test.cc.
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

/// The credentials of a gateway with that key file.
struct WithKey {
  explicit WithKey(const std::string& path) : credentials(ConfigWith(path), faults) {}

  static Config ConfigWith(const std::string& path) {
    Config config;
    config.api_key_file = path;
    return config;
  }
  [[nodiscard]] std::string Authorization() const { return *credentials.authorization()->Get(); }
  void Look() { credentials.Look(telemetry); }
  /// `success` or `failure`.
  [[nodiscard]] bool HasCounted(const std::string& result, int times) const {
    return telemetry.Render().find(
               "extend_gateway_credential_reloads_total{kind=\"api_key\",result=\"" + result +
               "\"} " + std::to_string(times) + "\n") != std::string::npos;
  }

  Errors faults;
  Metrics telemetry{"1"};
  Credentials credentials;
};

TEST(ApiKey, OfNobodyIsNone) {
  Errors faults;
  const Credentials credentials({}, faults);
  EXPECT_EQ(credentials.authorization(), nullptr);
  EXPECT_THAT(faults, ElementsAre());
}

TEST(ApiKey, WithoutAFileNeverChanges) {
  Config config;
  config.api_key = "k";
  Errors faults;
  Credentials credentials(config, faults);
  Metrics telemetry("1");
  EXPECT_EQ(*credentials.authorization()->Get(), "Bearer k");
  credentials.Look(telemetry);
  EXPECT_EQ(*credentials.authorization()->Get(), "Bearer k");
}

TEST(ApiKey, OfAFileLosesTheBlanksAroundIt) {
  for (const char* content : {"k", "k\n", "\r\n k\t\r\n"}) {
    const TemporaryFile file(content);
    EXPECT_EQ(WithKey(file.path()).Authorization(), "Bearer k");
  }
}

TEST(ApiKey, OfABadFileIsRefusedWithoutShowingIt) {
  const std::string rule = "printable ASCII characters without blanks";
  for (const std::string& content :
       {std::string(), std::string(" \n"), std::string("hunter2 x"), std::string("hunter2\nx"),
        std::string("hunter2\xff"), std::string("hunter2\0x", 9), std::string(4097, 'k')}) {
    const TemporaryFile file(content);
    EXPECT_THAT(WithKey(file.path()).faults,
                ElementsAre(AllOf(HasSubstr("--api-key-file: " + file.path()), HasSubstr(rule),
                                  Not(HasSubstr("hunt")))));
  }
  const TemporaryFile longest(std::string(4096, 'k') + "\n");
  EXPECT_THAT(WithKey(longest.path()).faults, ElementsAre());
}

TEST(ApiKey, OfNoFileIsRefused) {
  EXPECT_THAT(WithKey("/does/not/exist").faults,
              ElementsAre("--api-key-file: /does/not/exist does not exist"));
  EXPECT_THAT(WithKey("/tmp").faults, ElementsAre("--api-key-file: /tmp is not a regular file"));
}

TEST(ApiKey, IsReadAgain) {
  const TemporaryFile file("old\n");
  WithKey key(file.path());
  const auto held = key.credentials.authorization()->Get();
  key.Look();
  EXPECT_TRUE(key.HasCounted("success", 0));
  file.Write("new\n");
  EXPECT_EQ(key.Authorization(), "Bearer old");
  key.Look();
  key.Look();
  EXPECT_EQ(key.Authorization(), "Bearer new");
  EXPECT_EQ(*held, "Bearer old");
  EXPECT_TRUE(key.HasCounted("success", 1));
  EXPECT_TRUE(key.HasCounted("failure", 0));
}

TEST(ApiKey, IsReadAgainThroughALinkThatPointsElsewhere) {
  const TemporaryFile first("first");
  const TemporaryFile second("second");
  const std::string link = first.path() + ".link";
  std::filesystem::create_symlink(first.path(), link);
  WithKey key(link);
  std::filesystem::remove(link);
  std::filesystem::create_symlink(second.path(), link);
  key.Look();
  EXPECT_EQ(key.Authorization(), "Bearer second");
  std::filesystem::remove(link);
}

TEST(ApiKey, IsReadAgainWhenAKubeletSwapsItsDirectory) {
  MountedSecret secret(MountedSecret::Files{{"key", "first"}});
  WithKey key(secret.PathOf("key"));
  for (const char* next : {"second", "third"}) {
    secret.Publish({{"key", next}});
    key.Look();
    EXPECT_EQ(key.Authorization(), std::string("Bearer ") + next);
  }
}

TEST(ApiKey, StaysWhenItsFileBreaksAndSaysSoOnce) {
  const TemporaryFile file("old");
  WithKey key(file.path());
  testing::internal::CaptureStderr();
  for (const char* content : {"", "hunter2 x"}) {
    file.Write(content);
    key.Look();
    EXPECT_EQ(key.Authorization(), "Bearer old");
  }
  file.Remove();
  key.Look();
  key.Look();
  EXPECT_EQ(key.Authorization(), "Bearer old");
  const std::string log = testing::internal::GetCapturedStderr();
  // The two broken contents break the same rule.
  EXPECT_EQ(std::ranges::count(log, '\n'), 2) << log;
  EXPECT_THAT(log, AllOf(HasSubstr(file.path()), HasSubstr("does not exist")));
  EXPECT_THAT(log, AllOf(Not(HasSubstr("hunter2")), Not(HasSubstr("old\""))));
  EXPECT_TRUE(key.HasCounted("failure", 2));
}

TEST(ApiKey, IsTakenUpWhenItsFileHeals) {
  const TemporaryFile file("old");
  WithKey key(file.path());
  file.Write("");
  key.Look();
  file.Write("new");
  key.Look();
  EXPECT_EQ(key.Authorization(), "Bearer new");
  // The same fault again is a new one.
  file.Write("");
  key.Look();
  EXPECT_TRUE(key.HasCounted("failure", 2));
}

TEST(ApiKey, MayBeReadWhileItsFileIsLookedAt) {
  const TemporaryFile file("a");
  WithKey key(file.path());
  const std::jthread reader([&key](const std::stop_token& stop) {
    while (!stop.stop_requested()) EXPECT_THAT(key.Authorization(), HasSubstr("Bearer "));
  });
  for (int i = 0; i < 100; ++i) {
    file.Write(i % 2 == 0 ? "b" : "a");
    key.Look();
    EXPECT_EQ(key.Authorization(), i % 2 == 0 ? "Bearer b" : "Bearer a");
  }
}

}  // namespace
}  // namespace gateway
