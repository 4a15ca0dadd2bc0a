// Keys and certificates that change while calls run: none of the calls fails.
#include <gmock/gmock.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

#include "tests/wire/tls_fixture.h"

namespace gateway {
namespace {

using namespace std::chrono_literals;
using grpc::StatusCode;

/// One version of everything that is rotated.
struct Version {
  explicit Version(int number)
      : name(std::to_string(number)),
        key("key-" + name),
        server(MakeTestCertificate("server-" + name)),
        client(MakeTestCertificate("client-" + name)) {}
  std::string name;
  std::string key;
  TestCertificate server;
  TestCertificate client;
};

/// A set that grows on one thread and is waited for on another.
class Seen {
 public:
  void Add(const std::string& what) {
    const std::lock_guard lock(mutex_);
    if (all_.insert(what).second) changed_.notify_all();
  }
  /// False when the time is over.
  bool WaitFor(const std::string& what) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, 30s, [&] { return all_.contains(what); });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::set<std::string> all_;
};

class RotationTest : public GatewayTest {
 protected:
  static constexpr int kVersions = 5;
  static constexpr int kCallsOfEach = 100;

  RotationTest() {
    for (int i = 0; i < kVersions; ++i) versions.emplace_back(i);
    for (const Version& version : versions) {
      all_servers += version.server.certificate_pem;
      all_clients += version.client.certificate_pem;
    }
    tls_upstream = std::make_unique<ScriptedUpstream>(
        ServerTls{upstream_identity.certificate_pem, upstream_identity.key_pem, all_clients});
    tls_upstream->OnRequest([this](const ReceivedRequest& request) -> Script {
      seen.Add(request.peer_name);
      seen.Add(request.Get("authorization"));
      return {Send(HttpReply(200, R"({"id":"splr_1"})"))};
    });
    Publish(versions[0]);
    config.upstream_url = tls_upstream->url();
    config.api_key.clear();
    config.api_key_file = key_file.PathOf("key");
    config.tls_cert = server_files.PathOf("tls.crt");
    config.tls_key = server_files.PathOf("tls.key");
    config.tls_client_ca = server_files.PathOf("ca.crt");
    config.upstream_cert = client_files.PathOf("tls.crt");
    config.upstream_key = client_files.PathOf("tls.key");
    config.upstream_ca = client_files.PathOf("ca.crt");
    config.max_attempts = 1;  // No repetition hides a failure.
    file_interval = 10ms;
  }

  void Publish(const Version& version) {
    key_file.Publish({{"key", version.key + "\n"}});
    // The CAs change too: more of the same.
    server_files.Publish(
        SecretOf(version.server, caller.certificate_pem + version.server.certificate_pem));
    client_files.Publish(SecretOf(
        version.client, upstream_identity.certificate_pem + version.client.certificate_pem));
  }
  /// File by file, in place: each file is empty for a moment, and does not match for another.
  void Overwrite(const Version& version) {
    key_file.Overwrite("key", version.key);
    for (const auto& [files, identity] :
         {std::pair(&server_files, &version.server), std::pair(&client_files, &version.client)}) {
      files->Overwrite("tls.crt", identity->certificate_pem);
      files->Overwrite("tls.key", identity->key_pem);
    }
  }
  /// Calls until `stop`; over one channel, or over a new one for each call.
  void CallOnAndOn(const std::stop_token& stop, bool fresh_channels) {
    const auto credentials = CallerTls(all_servers, caller);
    auto channel = OpenChannel(address, credentials);
    while (!stop.stop_requested()) {
      if (fresh_channels) channel = OpenChannel(address, credentials);
      const TlsCall call = CallOver(channel);
      ++calls;
      if (!call.status.ok()) ++failures;
      EXPECT_TRUE(call.status.ok()) << call.status.error_message();
      seen.Add(call.server_name);
    }
  }

  std::vector<Version> versions;
  std::string all_servers;
  std::string all_clients;
  const TestCertificate caller = MakeTestCertificate("caller");
  const TestCertificate upstream_identity = MakeTestCertificate("upstream");
  MountedSecret key_file{MountedSecret::Files{{"key", "k"}}};
  MountedSecret server_files{SecretOf(caller, "")};
  MountedSecret client_files{SecretOf(caller, "")};
  Seen seen;
  std::unique_ptr<ScriptedUpstream> tls_upstream;
  std::string address;
  std::atomic<int> calls = 0;
  std::atomic<int> failures = 0;
};

TEST_F(RotationTest, OfEverythingUnderLoadFailsNoCall) {
  address = gateway().addresses().at(0);
  std::vector<std::jthread> callers;
  for (const bool fresh_channels : {false, false, true, true}) {
    callers.emplace_back(
        [this, fresh_channels](const std::stop_token& stop) { CallOnAndOn(stop, fresh_channels); });
  }
  for (int i = 0; i < kVersions; ++i) {
    const Version& version = versions[static_cast<std::size_t>(i)];
    if (i % 2 == 0) {
      Publish(version);
    } else {
      Overwrite(version);
    }
    for (const std::string& what :
         {"server-" + version.name, "client-" + version.name, "Bearer " + version.key}) {
      EXPECT_TRUE(seen.WaitFor(what)) << what;
    }
    // The load goes on with each version.
    for (const int enough = calls + kCallsOfEach; calls < enough && failures == 0;) {
      std::this_thread::yield();
    }
  }
  callers.clear();
  EXPECT_EQ(failures, 0) << "of " << calls;
  RecordProperty("calls", calls);
  // Before the upstream goes.
  gateway().Drain();
}

class KeyRotationTest : public GatewayTest {
 protected:
  KeyRotationTest() {
    config.api_key.clear();
    config.api_key_file = key_file.PathOf("key");
    // Files are reloaded only when something asks for it.
    file_interval = 1h;
    upstream.OnRequest([](const ReceivedRequest& request) -> Script {
      const bool known = request.Get("authorization") == "Bearer new";
      return {Send(known ? HttpReply(200, R"({"id":"splr_1"})") : HttpReply(401, ""))};
    });
  }
  [[nodiscard]] bool WaitForReload() {
    const std::string counted =
        "extend_gateway_credential_reloads_total{kind=\"api_key\",result=\"success\"} 1\n";
    const auto give_up = Clock::now() + kPatience;
    while (api().metrics().Render().find(counted) == std::string::npos) {
      if (Clock::now() > give_up) return false;
      std::this_thread::yield();
    }
    return true;
  }

  MountedSecret key_file{MountedSecret::Files{{"key", "old"}}};
};

TEST_F(KeyRotationTest, A401IsAReasonToReadTheKeyAgain) {
  gateway();
  key_file.Publish({{"key", "new"}});
  const auto refused = Get();
  EXPECT_EQ(refused.status.error_code(), StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(ValueOf(refused.trailing, "x-gateway-attempts"), "1");
  ASSERT_TRUE(WaitForReload());
  EXPECT_TRUE(Get().status.ok());
  EXPECT_EQ(upstream.counters().requests, 2);
}

TEST_F(KeyRotationTest, A401WithTheRightKeyChangesNothing) {
  EXPECT_EQ(Get().status.error_code(), StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(Get().status.error_code(), StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(upstream.requests().back().Get("authorization"), "Bearer old");
}

}  // namespace
}  // namespace gateway
