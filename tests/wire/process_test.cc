// The real binary: its exit codes, its signals, and the files that it watches.
#include "tests/wire/process.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <future>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "gateway/cli/call_command.h"
#include "gateway/cli/client_channel.h"
#include "gateway/cli/health_command.h"
#include "gateway/serving/grpc_library.h"
#include "tests/support/scripted_upstream.h"
#include "tests/wire/gateway_fixture.h"

namespace gateway {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;

class ProcessTest : public testing::Test {
 protected:
  ProcessTest() { std::filesystem::create_directory(directory_); }
  ~ProcessTest() override { std::filesystem::remove_all(directory_); }

  [[nodiscard]] std::string PathOf(const std::string& name) const {
    return directory_ + "/" + name;
  }
  [[nodiscard]] std::string address() const { return "unix:" + PathOf("socket"); }

  /// serve, with more flags.
  [[nodiscard]] std::vector<std::string> Serve(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments = {"--listen", address(),        "--admin-listen",
                                          "off",      "--upstream-url", upstream.url()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }
  [[nodiscard]] bool BecomesServing() const {
    ClientConfig client;
    client.address = AddressOf(address());
    std::ostringstream ignored;
    return RunWait(client, ignored, ignored) == 0;
  }
  [[nodiscard]] bool IsServing() const {
    ClientConfig client;
    client.address = AddressOf(address());
    std::ostringstream ignored;
    return RunHealth(client, ignored, ignored) == 0;
  }

  /// A call by a caller who brings a token.
  static grpc::Status Get(grpc::Channel& channel) {
    extend::v1::GetSplitRunRequest request;
    request.set_id("a");
    return RawCall(channel, "/extend.v1.SplitRunService/GetSplitRun", request.SerializeAsString(),
                   {{"authorization", "Bearer token"}})
        .status;
  }

  ScriptedUpstream upstream;

 private:
  const std::string directory_ = "/tmp/extend-gateway-process-" + std::to_string(getpid());
};

TEST_F(ProcessTest, VersionNamesTheGatewaysAndTheLibraries) {
  for (const char* argument : {"version", "--version"}) {
    Process process({argument});
    EXPECT_EQ(process.Exit(), 0);
    EXPECT_THAT(process.output(), testing::StartsWith("extend-gateway "));
    for (const char* library : {"gRPC/1.", "Protobuf/", "Abseil/20", "simdjson/", "jemalloc/",
                                "libcurl/", "OpenSSL/", "zlib/"}) {
      EXPECT_THAT(process.output(), HasSubstr(library));
    }
  }
}

TEST_F(ProcessTest, HelpIsNoError) {
  Process process({"--help"});
  EXPECT_EQ(process.Exit(), 0);
  EXPECT_THAT(process.output(), AllOf(HasSubstr("Usage: extend-gateway"), HasSubstr("--listen")));
}

TEST_F(ProcessTest, CheckOfAGoodConfigurationListsWhatIsServed) {
  Process process({"check", "--region", "eu"});
  EXPECT_EQ(process.Exit(), 0);
  EXPECT_THAT(process.output(), AllOf(HasSubstr("the configuration is valid"),
                                      HasSubstr("extend.v1.SplitRunService: 7 methods")));
}

TEST_F(ProcessTest, ErrorsOfFlagsRegionsFilesAndDescriptorsAreReportedTogether) {
  for (const char* command : {"serve", "check"}) {
    Process process({command, "--timeout", "5", "--region", "mars", "--api-key-file",
                     "/does/not/exist", "--tls-cert", "/no/cert", "--tls-key", "/no/key"},
                    {"EXTEND_GATEWAY_WHAT=1"});
    EXPECT_EQ(process.Exit(), 2);
    EXPECT_THAT(
        process.output(),
        AllOf(HasSubstr("--timeout \"5\""), HasSubstr("EXTEND_GATEWAY_WHAT"),
              HasSubstr("--region mars: extend.v1.SplitRunService has the regions us, us2, eu"),
              HasSubstr("/does/not/exist"), HasSubstr("/no/cert"), HasSubstr("/no/key")));
    Process with_set({command, "--max-attempts=0", "--descriptor-set", "/does/not/exist"});
    EXPECT_EQ(with_set.Exit(), 2);
    EXPECT_THAT(with_set.output(),
                AllOf(HasSubstr("--max-attempts \"0\""), HasSubstr("/does/not/exist")));
  }
}

TEST_F(ProcessTest, OneMistakeIsOneError) {
  const std::string library = LIBRARY_SET;
  const std::vector<std::vector<std::string>> cases = {
      {"--upstream-url", "x", "--descriptor-set", library},
      {"--upstream-url", "x", "--region", "mars"},
      {"--region", "e u"},
      {"--auth", "gateway"},
      {"--tls-cert", "/no/cert"},
      {"--upstream-key", "/no/key"},
      {"--descriptor-set", "", "--region", "mars"},
      {"--header", "Host=x"},
      {"--config", "/does/not/exist", "--region", "mars"}};
  for (std::vector<std::string> arguments : cases) {
    arguments.insert(arguments.begin(), "check");
    Process process(arguments);
    EXPECT_EQ(process.Exit(), 2);
    EXPECT_EQ(std::ranges::count(process.output(), '\n'), 1) << process.output();
  }
}

TEST_F(ProcessTest, EntriesOfTheEnvironmentThatAreNoVariablesAreIgnored) {
  Process process({"check"}, {"=x", "=", "", "x", "==x"});
  EXPECT_EQ(process.Exit(), 0) << process.output();
}

TEST_F(ProcessTest, ErrorsOfFlagsAndVariablesAreExitCode2) {
  for (const char* command : {"serve", "check"}) {
    Process process({command, "--timeout", "5"}, {"EXTEND_GATEWAY_WHAT=1"});
    EXPECT_EQ(process.Exit(), 2);
    EXPECT_THAT(process.output(), AllOf(HasSubstr("extend-gateway: --timeout \"5\""),
                                        HasSubstr("EXTEND_GATEWAY_WHAT")));
  }
}

TEST_F(ProcessTest, ErrorsOfKeyRegionAndDescriptorsAreExitCode2) {
  for (const char* command : {"serve", "check"}) {
    for (const std::vector<std::string>& flags :
         {std::vector<std::string>{"--region", "mars"},
          {"--descriptor-set", "/does/not/exist"},
          {"--api-key-file", "/does/not/exist"},
          {"--upstream-ca", "/does/not/exist"},
          {"--tls-cert", "/does/not/exist", "--tls-key", "/dev/null"}}) {
      std::vector<std::string> arguments = flags;
      arguments.insert(arguments.begin(), command);
      Process process(arguments);
      EXPECT_EQ(process.Exit(), 2) << flags[0];
      EXPECT_THAT(process.output(), HasSubstr(flags[1]));
    }
  }
}

TEST_F(ProcessTest, PlaintextForAllTheNetworkMustBeAskedFor) {
  Process refused({"check", "--listen", "0.0.0.0:50051"});
  EXPECT_EQ(refused.Exit(), 2);
  EXPECT_THAT(refused.output(), AllOf(HasSubstr("0.0.0.0:50051"), HasSubstr("--insecure")));
  Process allowed({"check", "--listen", "0.0.0.0:50051", "--insecure"});
  EXPECT_EQ(allowed.Exit(), 0);
}

// An address that is written as if it were another machine's, so that nothing leaves this one.
TEST_F(ProcessTest, OtherMachinesAtAGrpcWithKnownHolesAreOneWarning) {
  Process process(Serve({"--listen", "[::ffff:127.0.0.1]:0", "--insecure", "--log-level", "warn"}));
  ASSERT_TRUE(BecomesServing());
  process.Signal(SIGTERM);
  EXPECT_EQ(process.Exit(), 0);
  if (!HasKnownHoles(grpc::Version())) {
    EXPECT_EQ(process.output(), "");
    return;
  }
  EXPECT_EQ(std::ranges::count(process.output(), '\n'), 1) << process.output();
  EXPECT_THAT(
      process.output(),
      AllOf(HasSubstr(R"("level":"warn","message":"other machines can reach this gateway)"),
            HasSubstr("deploy/README.md, Networks"), HasSubstr(R"("listen":"[::ffff:127.0.0.1]:)"),
            HasSubstr(R"("grpc":")" + grpc::Version() + "\"")));
}

TEST_F(ProcessTest, APortInUseIsExitCode1) {
  const int taken = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in any{};
  any.sin_family = AF_INET;
  any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(any);
  ASSERT_EQ(bind(taken, reinterpret_cast<sockaddr*>(&any), size), 0);
  ASSERT_EQ(listen(taken, 1), 0);
  ASSERT_EQ(getsockname(taken, reinterpret_cast<sockaddr*>(&any), &size), 0);
  const std::string where = "127.0.0.1:" + std::to_string(ntohs(any.sin_port));
  Process process({"--listen", where, "--admin-listen", "off"});
  EXPECT_EQ(process.Exit(), 1);
  EXPECT_THAT(process.output(), HasSubstr(where));
  close(taken);
}

// gRPC's callback and synchronous APIs bring such threads: each event would wake one more of them.
TEST_F(ProcessTest, OneThreadPollsForCallsAndHasAName) {
  Process gateway(Serve());
  ASSERT_TRUE(BecomesServing());
  const std::vector<std::string> threads = gateway.Threads();
  EXPECT_EQ(std::ranges::count(threads, "calls"), 1);
  EXPECT_GE(std::ranges::count(threads, "upstream"), 1);
  EXPECT_THAT(threads, testing::Not(testing::Contains("nexting_thread")));
  EXPECT_THAT(threads, testing::Not(testing::Contains(HasSubstr("sync_server"))));
}

TEST_F(ProcessTest, TheFirstSignalStopsItCleanly) {
  for (const int signal : {SIGTERM, SIGINT}) {
    Process process(Serve());
    ASSERT_TRUE(BecomesServing());
    process.Signal(signal);
    EXPECT_EQ(process.Exit(), 0);
    EXPECT_THAT(process.output(), HasSubstr(signal == SIGTERM ? "SIGTERM" : "SIGINT"));
    EXPECT_FALSE(std::filesystem::exists(PathOf("socket")));
  }
}

TEST_F(ProcessTest, TheSecondSignalEndsItAtOnce) {
  Process process(Serve({"--drain-delay", "20s"}));
  ASSERT_TRUE(BecomesServing());
  process.Signal(SIGTERM);
  while (IsServing()) std::this_thread::yield();
  process.Signal(SIGINT);
  EXPECT_EQ(process.Exit(), 1);
}

TEST_F(ProcessTest, CallsThatComeDuringTheDrainDelayAreServed) {
  Process process(Serve({"--drain-delay", "1h"}));
  ASSERT_TRUE(BecomesServing());
  const auto before = OpenChannel(address());
  EXPECT_TRUE(Get(*before).ok());
  process.Signal(SIGTERM);
  while (IsServing()) std::this_thread::yield();
  EXPECT_TRUE(Get(*before).ok());
  EXPECT_TRUE(Get(*OpenChannel(address())).ok());
  EXPECT_FALSE(IsServing());
  process.Signal(SIGTERM);
  EXPECT_EQ(process.Exit(), 1);
}

TEST_F(ProcessTest, AHungUpstreamHoldsItNoLongerThanTheDrainTimeout) {
  upstream.OnRequest(InOrder({{Stall()}}));
  Process process(Serve({"--drain-timeout", "200ms"}));
  ASSERT_TRUE(BecomesServing());
  auto call = std::async(std::launch::async, [this] { return Get(*OpenChannel(address())); });
  ASSERT_TRUE(upstream.WaitFor([](const auto& now) { return now.requests == 1; }));
  process.Signal(SIGTERM);
  EXPECT_EQ(process.Exit(), 0);
  EXPECT_THAT(call.get().error_code(),
              testing::AnyOf(grpc::StatusCode::UNAVAILABLE, grpc::StatusCode::CANCELLED));
}

TEST_F(ProcessTest, ACompressedRequestIsNotInflated) {
  constexpr long kBombKibibytes = 256 << 10;
  Process process(Serve());
  ASSERT_TRUE(BecomesServing());
  const long before = process.PeakKibibytes();
  grpc::ClientContext context;
  context.set_compression_algorithm(GRPC_COMPRESS_GZIP);
  extend::v1::GetSplitRunRequest bomb;
  bomb.set_id(std::string(std::size_t{kBombKibibytes} << 10, 'x'));
  extend::v1::SplitRun run;
  const auto stub = extend::v1::SplitRunService::NewStub(OpenChannel(address()));
  EXPECT_EQ(stub->GetSplitRun(&context, bomb, &run).error_code(), grpc::StatusCode::UNIMPLEMENTED);
  EXPECT_LT(process.PeakKibibytes(), before + kBombKibibytes / 2);
}

TEST_F(ProcessTest, EveryLineOfTheLogIsJsonWhateverCallersSend) {
  Process process(Serve({"--log-level", "trace"}));
  ASSERT_TRUE(BecomesServing());
  const auto channel = OpenChannel(address());
  const std::string method = "/extend.v1.SplitRunService/GetSplitRun";
  for (const char* request : {"\x0a\x01\xff", "\xff\xff",
                              "\x0a\x03"
                              "a\nb"}) {
    RawCall(*channel, method, request, {{"x-request-id", "a\"b"}});
  }
  process.Signal(SIGTERM);
  EXPECT_EQ(process.Exit(), 0);
  std::istringstream lines(process.output());
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    EXPECT_TRUE(nlohmann::json::accept(line)) << line;
  }
  EXPECT_GT(count, 3);
}

TEST_F(ProcessTest, LogHasTheFormatAndTheLevelAskedFor) {
  Process text(Serve({"--log-format", "text"}));
  ASSERT_TRUE(BecomesServing());
  text.Signal(SIGTERM);
  EXPECT_EQ(text.Exit(), 0);
  EXPECT_THAT(text.output(), HasSubstr(" info  listening address=unix:"));
  Process quiet(Serve({"--log-level", "warn"}));
  ASSERT_TRUE(BecomesServing());
  quiet.Signal(SIGTERM);
  EXPECT_EQ(quiet.Exit(), 0);
  EXPECT_EQ(quiet.output(), "");
}

TEST_F(ProcessTest, OneLineOfTheLogNamesTheMethodsThatAreNotServed) {
  Process process(Serve({"--descriptor-set", LIBRARY_SET}));
  ASSERT_TRUE(BecomesServing());
  process.Signal(SIGTERM);
  EXPECT_EQ(process.Exit(), 0);
  EXPECT_THAT(
      process.output(),
      HasSubstr(R"("message":"methods without a google.api.http annotation are not served",)"
                R"("methods":"testing.library.v1.Library.Reindex, )"
                R"(testing.library.v1.Internal.Compact")"));
}

TEST_F(ProcessTest, ABrokenPipeIsNoReasonToDie) {
  Process process(Serve());
  ASSERT_TRUE(BecomesServing());
  process.Signal(SIGPIPE);
  EXPECT_TRUE(IsServing());
  process.Signal(SIGTERM);
  EXPECT_EQ(process.Exit(), 0);
}

TEST_F(ProcessTest, AChangedKeyFileIsUsedWithin10Seconds) {
  const std::string file = PathOf("key");
  std::ofstream(file) << "old\n";
  Process process(Serve({"--api-key-file", file}));
  ASSERT_TRUE(BecomesServing());
  const auto key_that_is_sent = [this] {
    ClientConfig client;
    client.address = AddressOf(address());
    client.method = "extend.v1.SplitRunService/GetSplitRun";
    client.json = R"({"id":"1"})";
    std::istringstream in;
    std::ostringstream out;
    EXPECT_EQ(RunCall(client, in, out, out), 0) << out.str();
    return upstream.requests().back().Get("authorization");
  };
  EXPECT_EQ(key_that_is_sent(), "Bearer old");
  std::ofstream(file) << "new\n";
  const auto deadline = std::chrono::steady_clock::now() + 10s;
  std::string key;
  while (key != "Bearer new" && std::chrono::steady_clock::now() < deadline) {
    key = key_that_is_sent();
    std::this_thread::sleep_for(50ms);
  }
  EXPECT_EQ(key, "Bearer new");
  process.Signal(SIGTERM);
  EXPECT_EQ(process.Exit(), 0);
  EXPECT_THAT(process.output(), testing::Not(HasSubstr("Bearer")));
}

}  // namespace
}  // namespace gateway
