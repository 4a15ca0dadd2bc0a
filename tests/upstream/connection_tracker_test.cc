// Which connections there are and how many are idle, whatever libcurl says and leaves unsaid.
#include "gateway/upstream/connection_tracker.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace gateway {
namespace {

class ConnectionTrackerTest : public ::testing::Test {
 protected:
  ~ConnectionTrackerTest() override {
    for (const curl_socket_t socket : open_) tracker_.Close(socket);
  }
  curl_socket_t Open() {
    curl_sockaddr address{};
    address.family = AF_INET;
    address.socktype = SOCK_STREAM;
    open_.push_back(tracker_.Open(address));
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
    tracker_.Close(socket);
  }

  ConnectionTracker tracker_{std::chrono::seconds(1)};
  std::vector<curl_socket_t> open_;
};

TEST_F(ConnectionTrackerTest, AConnectionIsIdleUnlessARequestCountsOnIt) {
  const curl_socket_t socket = Open();
  EXPECT_EQ(tracker_.idle(), 0);  // Not connected so far.
  tracker_.Acquire();
  tracker_.OnConnected({socket}, {});
  EXPECT_EQ(tracker_.idle(), 0);
  tracker_.Release();
  EXPECT_EQ(tracker_.idle(), 1);
  Close(socket);
  EXPECT_EQ(tracker_.idle(), 0);
}

TEST_F(ConnectionTrackerTest, OfTwoThatWereTriedTheOneWithTheLocalPortIsConnected) {
  const curl_socket_t lost = Open();
  const curl_socket_t won = Open();
  BindToAFreePort(lost);
  tracker_.OnConnected({lost, won}, {"", 0, "", BindToAFreePort(won)});
  EXPECT_EQ(tracker_.idle(), 1);
  Close(lost);
  EXPECT_EQ(tracker_.idle(), 1);
  Close(won);
  EXPECT_EQ(tracker_.idle(), 0);
}

TEST_F(ConnectionTrackerTest, AConnectionThatWillCloseIsNotIdle) {
  const curl_socket_t socket = Open();
  tracker_.Acquire();
  tracker_.OnConnected({socket}, {});
  tracker_.WillClose();
  tracker_.Release();
  EXPECT_EQ(tracker_.idle(), 0);
  Close(socket);
  EXPECT_EQ(tracker_.idle(), 0);
}

TEST_F(ConnectionTrackerTest, FindsTheSocketOfAConnectionAmongThoseWithItsLocalPort) {
  const std::vector<ConnectionEnds> all = {{"10.0.0.1", 443, "10.0.0.9", 40000},
                                           {"10.0.0.2", 443, "10.0.0.9", 40000},
                                           {"10.0.0.1", 80, "10.0.0.9", 40000},
                                           {"10.0.0.1", 443, "10.0.0.8", 40000},
                                           {"10.0.0.1", 443, "10.0.0.9", 40001}};
  std::vector<curl_socket_t> sockets;
  for (const ConnectionEnds& ends : all) {
    sockets.push_back(Open());
    tracker_.OnConnected({sockets.back()}, ends);
  }
  for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(tracker_.Find(all[i]), sockets[i]) << i;
  for (std::size_t i = 0; i < all.size(); ++i) {
    Close(sockets[i]);
    EXPECT_EQ(tracker_.Find(all[i]), CURL_SOCKET_BAD) << i;
  }
}

}  // namespace
}  // namespace gateway
