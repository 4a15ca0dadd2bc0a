// Where the gateway listens, and what it serves: also an API that it has never seen.
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/transcoding/library.pb.h"
#include "tests/wire/gateway_fixture.h"

namespace gateway {
namespace {

namespace library = ::testing::library::v1;
using grpc::StatusCode;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

/// What a server that died has left.
void MakeStaleSocket(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  ASSERT_EQ(bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  ASSERT_EQ(listen(fd, 1), 0);
  close(fd);
}

class ServingTest : public GatewayTest {
 protected:
  Errors StartErrors() {
    auto api = App::Compile(config);
    if (!api) return api.error();
    auto server = Server::Start(config, **api);
    return server ? Errors{} : server.error();
  }
  /// Short: a socket's path has little room.
  std::string SocketPath() {
    static int number = 0;
    return (std::filesystem::temp_directory_path() /
            ("gw-" + std::to_string(getpid()) + "-" + std::to_string(++number)))
        .string();
  }
};

TEST_F(ServingTest, UnknownMethodsAndServicesAreUnimplemented) {
  EXPECT_EQ(RawCall(*channel(), "/extend.v1.SplitRunService/Nope", "").status.error_code(),
            StatusCode::UNIMPLEMENTED);
  EXPECT_EQ(RawCall(*channel(), "/no.Such/Method", "").status.error_code(),
            StatusCode::UNIMPLEMENTED);
}

TEST_F(ServingTest, AddressesNameTheBoundPorts) {
  config.listen = {AddressOf("127.0.0.1:0"), AddressOf("127.0.0.1:0")};
  const std::vector<std::string> addresses = gateway().addresses();
  ASSERT_EQ(addresses.size(), 2U);
  EXPECT_NE(addresses[0], addresses[1]);
  for (const std::string& address : addresses) {
    EXPECT_THAT(address, testing::MatchesRegex("127\\.0\\.0\\.1:[1-9][0-9]*"));
    EXPECT_EQ(RawCall(*OpenChannel(address), "/no.Such/Method", "").status.error_code(),
              StatusCode::UNIMPLEMENTED);
  }
}

TEST_F(ServingTest, PortInUseIsAnError) {
  const std::string taken = gateway().addresses()[0];
  config.listen = {AddressOf(taken)};
  EXPECT_THAT(StartErrors(), ElementsAre(HasSubstr(taken)));
}

TEST_F(ServingTest, UnixSocketHasItsModeAndGoesWithTheGateway) {
  const std::string path = SocketPath();
  config.listen = {AddressOf("unix:" + path)};
  config.socket_mode = 0600;
  EXPECT_TRUE(Get().status.ok());
  struct stat status{};
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  gateway().Drain();
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(ServingTest, LiveSocketIsNotTakenOver) {
  const std::string path = SocketPath();
  config.listen = {AddressOf("unix:" + path)};
  EXPECT_TRUE(Get().status.ok());
  EXPECT_THAT(StartErrors(), ElementsAre(HasSubstr("another process listens")));
  EXPECT_TRUE(Get().status.ok());
}

TEST_F(ServingTest, StaleSocketIsReplacedButNoOtherFile) {
  const std::string path = SocketPath();
  config.listen = {AddressOf("unix:" + path)};
  {
    std::ofstream(path) << "precious";
  }
  EXPECT_THAT(StartErrors(), ElementsAre(HasSubstr("is not a socket")));
  EXPECT_TRUE(std::filesystem::exists(path));
  std::filesystem::remove(path);
  MakeStaleSocket(path);
  EXPECT_TRUE(Get().status.ok());
}

TEST_F(ServingTest, SecondApiIsServedFromADescriptorSet) {
  config.descriptor_sets = {LIBRARY_SET};
  config.forward_metadata = {};
  AnswerAlways(200, R"({"isbn":"1","title":"T","genre":"science & nature","pageCount":"9"})",
               {{"x-request-id", "r1"}});
  library::GetBookRequest request;
  request.set_name("shelves/a b/books/1");
  const auto answer =
      RawCall(*channel(), "/testing.library.v1.Library/GetBook", request.SerializeAsString());
  ASSERT_TRUE(answer.status.ok()) << answer.status.error_message();
  EXPECT_EQ(upstream.requests()[0].target, "/v1/shelves/a%20b/books/1");
  EXPECT_EQ(upstream.requests()[0].Get("x-library-version"), "3");
  EXPECT_FALSE(upstream.requests()[0].Has("x-extend-api-version"));
  library::Book book;
  ASSERT_TRUE(book.ParseFromString(answer.message));
  EXPECT_EQ(book.title(), "T");
  EXPECT_EQ(book.genre(), library::GENRE_SCIENCE);
  EXPECT_EQ(book.page_count(), 9);
  EXPECT_EQ(ValueOf(answer.initial, "x-request-id"), "r1");

  AnswerAlways(404, "");
  const auto failed =
      RawCall(*channel(), "/testing.library.v1.Library/GetBook", request.SerializeAsString());
  EXPECT_EQ(ErrorInfoOf(failed.status).domain(), "library.example");
  // Neither the built-in API nor a method without annotation is served.
  for (const std::string method :
       {"/extend.v1.SplitRunService/CancelSplitRun", "/testing.library.v1.Library/Reindex",
        "/testing.library.v1.Internal/Compact"}) {
    EXPECT_EQ(RawCall(*channel(), method, "").status.error_code(), StatusCode::UNIMPLEMENTED);
  }
}

TEST_F(ServingTest, SecondApisReconcileRuleIsObeyed) {
  config.descriptor_sets = {LIBRARY_SET};
  upstream.OnRequest([](const ReceivedRequest& request) -> Script {
    return {
        Send(request.verb == "POST" ? HttpReply(409, "") : HttpReply(200, R"({"state":"LOST"})"))};
  });
  library::ReturnBookRequest request;
  request.set_id("l1");
  const auto answer =
      RawCall(*channel(), "/testing.library.v1.Library/ReturnBook", request.SerializeAsString());
  EXPECT_EQ(answer.status.error_code(), StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(ErrorInfoOf(answer.status).reason(), "BOOK_LOST");
  EXPECT_EQ(ErrorInfoOf(answer.status).metadata().at("state"), "LOST");
}

TEST_F(ServingTest, EveryErrorOfTheConfigurationIsReportedAtOnce) {
  config.upstream_url.clear();
  config.region = "mars";
  config.region_given = true;
  config.api_key.clear();
  config.api_key_file = "/nowhere/key";
  config.headers = {{"Host", "x"}};
  EXPECT_THAT(StartErrors(),
              testing::IsSupersetOf({HasSubstr("--region mars"), HasSubstr("/nowhere/key"),
                                     HasSubstr("--header Host")}));
}

TEST_F(ServingTest, ServiceWithoutBaseUrlIsAnError) {
  config.descriptor_sets = {LIBRARY_SET};
  config.upstream_url.clear();
  EXPECT_THAT(StartErrors(), ElementsAre(StartsWith("testing.library.v1.Plain: has no base URL")));
}

TEST_F(ServingTest, RegionChoosesTheBaseUrl) {
  config.upstream_url.clear();
  for (const auto& [region, url] :
       {std::pair("us", "https://api.extend.ai"), std::pair("us2", "https://api.us2.extend.app"),
        std::pair("eu", "https://api.eu1.extend.ai")}) {
    config.region = region;
    const auto api = App::Compile(config);
    ASSERT_TRUE(api);
    EXPECT_EQ((*api)->services()[0].settings->base_url, url);
  }
}

}  // namespace
}  // namespace gateway
