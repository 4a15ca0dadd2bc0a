// How many connections are idle, whatever libcurl tells and leaves untold.
#include "gateway/upstream/connection_tracker.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace gateway {
namespace {

class UpstreamSocketsTest : public ::testing::Test {
 protected:
  ~UpstreamSocketsTest() override {
    for (const curl_socket_t socket : open_) sockets_.Close(socket);
  }
  curl_socket_t Open() {
    curl_sockaddr address{};
    address.family = AF_INET;
    address.socktype = SOCK_STREAM;
    open_.push_back(sockets_.Open(address));
    return open_.back();
  }
  static int BindToAFreePort(curl_socket_t socket) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    EXPECT_EQ(bind(socket, reinterpret_cast<const sockaddr*>(&address), size), 0);
    EXPECT_EQ(getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size), 0);
    return ntohs(address.sin_port);
  }
  void Close(curl_socket_t socket) {
    std::erase(open_, socket);
    sockets_.Close(socket);
  }

  ConnectionTracker sockets_{std::chrono::seconds(1)};
  std::vector<curl_socket_t> open_;
};

TEST_F(UpstreamSocketsTest, AConnectionIsIdleUnlessARequestCountsOnIt) {
  const curl_socket_t socket = Open();
  EXPECT_EQ(sockets_.idle(), 0);  // Not connected so far.
  sockets_.Take();
  sockets_.OnConnected({socket}, 0);
  EXPECT_EQ(sockets_.idle(), 0);
  sockets_.GiveBack();
  EXPECT_EQ(sockets_.idle(), 1);
  Close(socket);
  EXPECT_EQ(sockets_.idle(), 0);
}

TEST_F(UpstreamSocketsTest, OfTwoThatWereTriedTheOneWithTheLocalPortIsConnected) {
  const curl_socket_t lost = Open();
  const curl_socket_t won = Open();
  BindToAFreePort(lost);
  sockets_.OnConnected({lost, won}, BindToAFreePort(won));
  EXPECT_EQ(sockets_.idle(), 1);
  Close(lost);
  EXPECT_EQ(sockets_.idle(), 1);
  Close(won);
  EXPECT_EQ(sockets_.idle(), 0);
}

TEST_F(UpstreamSocketsTest, AConnectionThatWillCloseIsNotIdle) {
  const curl_socket_t socket = Open();
  sockets_.Take();
  sockets_.OnConnected({socket}, 0);
  sockets_.WillClose();
  sockets_.GiveBack();
  EXPECT_EQ(sockets_.idle(), 0);
  Close(socket);
  EXPECT_EQ(sockets_.idle(), 0);
}

}  // namespace
}  // namespace gateway
