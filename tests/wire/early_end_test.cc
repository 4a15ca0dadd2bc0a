// Calls that end early, by a deadline or by their caller, at each step of their way: the upstream
// transfer ends with them, and nobody else is delayed.
#include <gmock/gmock.h>
#include <google/protobuf/descriptor.pb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <future>
#include <sstream>
#include <thread>
#include <tuple>

#include "gateway/v1/annotations.pb.h"
#include "tests/support/eventually.h"
#include "tests/support/full_listener.h"
#include "tests/support/temporary_file.h"
#include "tests/upstream/slow_resolver.h"
#include "tests/wire/manual_time_fixture.h"
#include "tests/wire/order_service.grpc.pb.h"

namespace gateway {
namespace {

namespace orders = ::testing::orders::v1;
using grpc::StatusCode;
using namespace std::chrono_literals;

enum class Step {
  kResolving,
  kConnecting,
  kHandshaking,
  kSending,
  kWaiting,
  kReadingTheHead,
  kReadingTheBody,
  kBackingOff,
  kReconciling,
};
constexpr std::array kStepNames = {"Resolving",      "Connecting", "Handshaking",
                                   "Sending",        "Waiting",    "ReadingTheHead",
                                   "ReadingTheBody", "BackingOff", "Reconciling"};

enum class End { kCallersCancel, kCallersDeadline, kGatewaysTimeout };
constexpr std::array kEndNames = {"CallersCancel", "CallersDeadline", "GatewaysTimeout"};

/// For a call that its deadline ends; long enough for the call to reach its step before, which
/// takes its time with a large body.
constexpr std::chrono::milliseconds ShortlyAfter(Step step) {
  return step == Step::kSending ? 6s : 1s;
}
/// What nobody here waits for.
constexpr std::chrono::milliseconds kNever = 5min;

/// How many open sockets lead to the port, connected or still connecting.
int SocketsTo(std::uint16_t port) {
  std::ifstream table("/proc/net/tcp");
  std::string line;
  std::getline(table, line);  // Column names.
  int count = 0;
  while (std::getline(table, line)) {
    std::istringstream columns(line);
    std::string number, local, remote, ignored, inode;
    columns >> number >> local >> remote;
    for (int i = 0; i < 6; ++i) columns >> ignored;
    columns >> inode;
    const bool closed = inode == "0";  // By its process; the kernel is not done with it.
    const auto remote_port = std::stoul(remote.substr(remote.find(':') + 1), nullptr, 16);
    count += !closed && remote_port == port ? 1 : 0;
  }
  return count;
}

/// ORDER_SET, with an upstream for each service.
std::string OrderSet(const std::string& orders_url, const std::string& stock_url) {
  std::ifstream file(ORDER_SET, std::ios::binary);
  google::protobuf::FileDescriptorSet set;
  EXPECT_TRUE(set.ParseFromIstream(&file));
  auto& services = *set.mutable_file(set.file_size() - 1)->mutable_service();
  for (google::protobuf::ServiceDescriptorProto& service : services) {
    service.mutable_options()
        ->MutableExtension(v1::upstream)
        ->set_base_url(service.name() == "Orders" ? orders_url : stock_url);
  }
  return set.SerializeAsString();
}

class EarlyEndTest : public ManualTimeTest,
                     public testing::WithParamInterface<std::tuple<Step, End>> {
 protected:
  EarlyEndTest() {
    // Only what the test is about ends a call.
    config.connect_timeout = kNever;
    config.attempt_timeout = kNever;
    config.timeout = end() == End::kGatewaysTimeout ? ShortlyAfter(step()) : kNever;
    config.max_request_bytes = std::size_t{64} << 20;
    config.upstream_url.clear();
    time.Hold();
    descriptors_.Write(OrderSet(Arrange(), upstream.url()));
    config.descriptor_sets = {descriptors_.path()};
    AnswerAlways(200, R"({"count":5})");
  }
  // Nothing is left for the gateway to wait for.
  ~EarlyEndTest() override { troubled_.Release(); }

  static Step step() { return std::get<Step>(GetParam()); }
  static End end() { return std::get<End>(GetParam()); }

  /// Where the call is to get stuck: the base URL.
  std::string Arrange();
  /// Blocks until it is.
  bool AwaitStep();
  [[nodiscard]] std::uint16_t port() const {
    return step() == Step::kConnecting ? full_.port() : troubled_.port();
  }

  grpc::Status Close(grpc::ClientContext& context) {
    orders::CloseOrderRequest request;
    request.set_order_id("o-1");
    // More than both sockets' buffers hold.
    if (step() == Step::kSending) request.set_note(std::string(16 << 20, 'n'));
    context.set_deadline(std::chrono::system_clock::now() +
                         (end() == End::kCallersDeadline ? ShortlyAfter(step()) : kNever));
    orders::Order order;
    return orders::Orders::NewStub(channel())->CloseOrder(&context, request, &order);
  }
  /// On each of the two loops.
  void ExpectOthersAreServed() {
    orders::CountItemsRequest request;
    request.set_sku("s");
    for (int i = 0; i < 2; ++i) {
      const auto answer = CallBy(*orders::Stock::NewStub(channel()),
                                 &orders::Stock::Stub::CountItems, request, {}, kPatience);
      EXPECT_TRUE(answer.status.ok()) << answer.status.error_message();
      EXPECT_EQ(answer.message.count(), 5);
    }
  }

  ScriptedUpstream troubled_;

 private:
  FullListener full_;
  std::optional<SlowResolver> resolver_;
  TemporaryFile descriptors_{""};
};

std::string EarlyEndTest::Arrange() {
  const std::string port = std::to_string(this->port());
  switch (step()) {
    case Step::kResolving:
      resolver_.emplace();
      return std::string("http://") + SlowResolver::kSlowName;
    case Step::kConnecting:
      return "http://127.0.0.1:" + port;
    case Step::kHandshaking:
      troubled_.OnConnection([](int) { return Script{Stall()}; });
      return "https://127.0.0.1:" + port;
    case Step::kSending:
      troubled_.OnConnection([](int) { return Script{Stall()}; });
      break;
    case Step::kWaiting:
      troubled_.OnRequest(InOrder({{Stall()}}));
      break;
    case Step::kReadingTheHead:
      troubled_.OnRequest(InOrder({{Send("HTTP/1.1 200 OK\r\nContent-Le"), Stall()}}));
      break;
    case Step::kReadingTheBody:
      troubled_.OnRequest(InOrder({{Drip(HttpReply(200, std::string(100'000, ' ')), 5ms)}}));
      break;
    case Step::kBackingOff:
      troubled_.OnRequest(InOrder({{Send(HttpReply(503))}}));
      break;
    case Step::kReconciling:
      troubled_.OnRequest(InOrder({{Send(HttpReply(409))}, {Stall()}}));
      break;
  }
  return troubled_.url();
}

bool EarlyEndTest::AwaitStep() {
  switch (step()) {
    case Step::kResolving:
      resolver_->AwaitLookup();
      return true;
    case Step::kConnecting:
      return Eventually([this] { return SocketsTo(port()) > FullListener::own_sockets(); });
    case Step::kHandshaking:
    case Step::kSending:
      return troubled_.WaitFor([](const auto& now) { return now.accepted == 1; });
    case Step::kBackingOff:
      return time.AwaitTimer().has_value();
    case Step::kReconciling:
      return troubled_.WaitFor([](const auto& now) { return now.requests == 2; });
    default:
      return troubled_.WaitFor([](const auto& now) { return now.requests == 1; });
  }
}

TEST_P(EarlyEndTest, EndsTheTransferAndDelaysNobody) {
  channel();
  grpc::ClientContext context;
  auto call = std::async(std::launch::async, [&] { return Close(context); });
  ASSERT_TRUE(AwaitStep());
  ExpectOthersAreServed();

  if (end() == End::kCallersCancel) context.TryCancel();
  const grpc::Status status = call.get();
  EXPECT_EQ(status.error_code(),
            end() == End::kCallersCancel ? StatusCode::CANCELLED : StatusCode::DEADLINE_EXCEEDED)
      << status.error_message();
  if (end() == End::kGatewaysTimeout) {
    EXPECT_EQ(ErrorInfoOf(status).reason(), "GATEWAY_DEADLINE_EXCEEDED");
    EXPECT_EQ(ErrorInfoOf(status).metadata().at("attempts"), "1");
  }

  // The caller's library may have ended the call by itself: so has the gateway.
  EXPECT_TRUE(Eventually(
      [this] { return Metrics().find("\nextend_gateway_in_flight 0\n") != std::string::npos; }));
  EXPECT_TRUE(time.AwaitNoTimer());
  const int kept = step() == Step::kConnecting ? FullListener::own_sockets() : 0;
  // A connection whose answer is complete may be used again.
  if (step() != Step::kBackingOff) {
    EXPECT_TRUE(Eventually([&] { return SocketsTo(port()) == kept; }));
  }
  ExpectOthersAreServed();
}

std::vector<std::tuple<Step, End>> AllEnds() {
  std::vector<std::tuple<Step, End>> all;
  for (std::size_t step = 0; step < kStepNames.size(); ++step) {
    for (std::size_t end = 0; end < kEndNames.size(); ++end) {
      // The gateway never begins a wait that its own timeout would end.
      const bool possible = Step(step) != Step::kBackingOff || End(end) != End::kGatewaysTimeout;
      if (possible) all.emplace_back(Step(step), End(end));
    }
  }
  return all;
}

std::string NameOf(const testing::TestParamInfo<std::tuple<Step, End>>& info) {
  const auto& [step, end] = info.param;
  return std::string(kStepNames.at(static_cast<std::size_t>(step))) +
         kEndNames.at(static_cast<std::size_t>(end));
}

INSTANTIATE_TEST_SUITE_P(Steps, EarlyEndTest, testing::ValuesIn(AllEnds()), NameOf);

class LateStartTest : public GatewayTest {};

TEST_F(LateStartTest, CallWhoseTimeIsUpBeforeItIsSentSendsNothing) {
  config.timeout = 0ms;
  const auto answer = Get();
  EXPECT_EQ(answer.status.error_code(), StatusCode::DEADLINE_EXCEEDED);
  EXPECT_EQ(ErrorInfoOf(answer.status).reason(), "GATEWAY_DEADLINE_EXCEEDED");
  EXPECT_EQ(ValueOf(answer.trailing, "x-gateway-attempts"), "none");
  EXPECT_EQ(upstream.counters().accepted, 0);
}

}  // namespace
}  // namespace gateway
