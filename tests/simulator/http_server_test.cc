// The simulator over real sockets: what only the HTTP layer can get wrong.
#include "tests/simulator/http_server.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>
#include <memory>
#include <vector>

#include "tests/support/test_certificate.h"

namespace extend_simulator {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::StartsWith;

const httplib::Headers kHeaders = {{"Authorization", "Bearer key"},
                                   {"X-Extend-Api-Version", "2026-02-09"}};

class HttpServerTest : public testing::Test {
 protected:
  httplib::Client NewClient() {
    httplib::Client client("127.0.0.1", server_.port());
    client.set_default_headers(kHeaders);
    return client;
  }

  Simulator simulator_{{}, [] { return std::chrono::system_clock::now(); }};
  HttpServer server_{{}, simulator_};
};

/// Sends bytes, then reads until the server closes the connection or `enough` has come.
std::string Exchange(int port, const std::string& bytes, const std::string& enough) {
  const int connection = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::string response;
  if (::connect(connection, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0 &&
      ::send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL) >= 0) {
    std::array<char, 4096> buffer;
    while (response.find(enough) == std::string::npos) {
      const auto count = ::recv(connection, buffer.data(), buffer.size(), 0);
      if (count <= 0) break;
      response.append(buffer.data(), static_cast<std::size_t>(count));
    }
  }
  ::close(connection);
  return response;
}

TEST_F(HttpServerTest, CancelsOverHttp) {
  httplib::Client client = NewClient();
  const auto response = client.Post("/split_runs/splr_Xj8mK2pL9nR4vT7qY5wZ/cancel");
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->get_header_value("Content-Type"), "application/json");
  EXPECT_THAT(response->get_header_value("x-extend-request-id"), StartsWith("req_"));
  EXPECT_EQ(json::parse(response->body)["status"], "CANCELLED");
}

TEST_F(HttpServerTest, CreatesFromAChunkedBodyToo) {
  httplib::Client client = NewClient();
  const std::string body = R"({"splitter": {"id": "spl_a"}, "file": {"id": "file_a"}})";
  const auto plain = client.Post("/split_runs", body, "application/json");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->status, 200);
  const auto chunked = client.Post(
      "/split_runs",
      [&](std::size_t, httplib::DataSink& sink) {
        sink.write(body.data(), body.size());
        sink.done();
        return true;
      },
      "application/json");
  ASSERT_TRUE(chunked);
  EXPECT_EQ(chunked->status, 200);
}

TEST_F(HttpServerTest, RespondsAtOnceToAPostThatAnnouncesNoBody) {
  const std::string response =
      Exchange(server_.port(),
               "POST /split_runs/splr_Xj8mK2pL9nR4vT7qY5wZ/cancel HTTP/1.1\r\nHost: a\r\n"
               "Authorization: Bearer key\r\nX-Extend-Api-Version: 2026-02-09\r\n\r\n",
               "\"usage\":");
  EXPECT_THAT(response, StartsWith("HTTP/1.1 200"));
}

TEST_F(HttpServerTest, AnEncodedSlashDoesNotReachAnotherEndpoint) {
  const std::string response = Exchange(
      server_.port(),
      "POST /split_runs/splr_Xj8mK2pL9nR4vT7qY5wZ%2Fcancel HTTP/1.1\r\nHost: a\r\n"
      "Authorization: Bearer key\r\nX-Extend-Api-Version: 2026-02-09\r\nContent-Length: 0\r\n\r\n",
      "retryable");
  EXPECT_THAT(response, StartsWith("HTTP/1.1 404"));
}

TEST_F(HttpServerTest, HostileRequestsGetTheDocumentedErrorBody) {
  const std::string long_text(9000, 'a');
  const std::pair<std::string, const char*> kCases[] = {
      {"GARBAGE\r\n\r\n", "HTTP/1.1 400"},
      {"GET /" + long_text + " HTTP/1.1\r\n\r\n", "HTTP/1.1 414"},
      {"GET /" + long_text.substr(0, 8000) + " HTTP/1.1\r\n\r\n", "HTTP/1.1 401"},
      {"GET / HTTP/1.1\r\nx: " + long_text + "\r\n\r\n", "HTTP/1.1 400"},
      {"BREW / HTTP/1.1\r\n\r\n", "HTTP/1.1 400"},
  };
  for (const auto& [bytes, status] : kCases) {
    const std::string response = Exchange(server_.port(), bytes, "\"retryable\"");
    EXPECT_THAT(response, StartsWith(status)) << bytes.substr(0, 80);
    EXPECT_THAT(response, HasSubstr("x-extend-request-id: req_"));
    EXPECT_THAT(response, HasSubstr("\"code\":"));
  }
}

TEST_F(HttpServerTest, RefusesABodyOverTheLimit) {
  httplib::Client client = NewClient();
  client.set_read_timeout(60);  // a busy machine takes its time over 16 MiB
  const auto fits = client.Post("/split_runs", std::string(kMaxBodyBytes, ' '), "application/json");
  ASSERT_TRUE(fits);
  EXPECT_EQ(fits->status, 400) << "read, and found to be no JSON";
  const auto refused =
      client.Post("/split_runs", std::string(kMaxBodyBytes + 1, ' '), "application/json");
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 413);
  EXPECT_EQ(json::parse(refused->body)["code"], "INVALID_REQUEST");
}

TEST_F(HttpServerTest, KeepsConnectionsAlive) {
  httplib::Client client = NewClient();
  client.set_keep_alive(true);
  int opened = 0;
  client.set_socket_options([&](int) { ++opened; });
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(client.Get("/split_runs"));
  EXPECT_EQ(opened, 1);
}

TEST_F(HttpServerTest, Serves256ConnectionsAtTheSameTime) {
  std::vector<std::unique_ptr<httplib::Client>> clients;
  for (int i = 0; i < 256; ++i) {
    auto& client = clients.emplace_back(std::make_unique<httplib::Client>(NewClient()));
    client->set_keep_alive(true);
    const auto response = client->Get("/split_runs");  // and the connection stays open
    ASSERT_TRUE(response) << "connection " << i;
    ASSERT_EQ(response->status, 200);
  }
}

TEST_F(HttpServerTest, RefusesAPortThatIsTaken) {
  HttpOptions options;
  options.port = server_.port();
  EXPECT_THROW(HttpServer(options, simulator_), std::runtime_error);
}

TEST(HttpServer, BreaksTheConnectionInsteadOfALostResponse) {
  SimulatorOptions options;
  options.api.lose_cancel_responses = true;
  Simulator simulator(options, [] { return std::chrono::system_clock::now(); });
  const HttpServer server({}, simulator);
  for (const auto& [id, status] : {std::pair("splr_Xj8mK2pL9nR4vT7qY5wZ", "200"),
                                   std::pair("splr_Dk2sA9fL7zX4cQ8vN1mB", "400")}) {
    const std::string response = Exchange(server.port(),
                                          "POST /split_runs/" + std::string(id) +
                                              "/cancel HTTP/1.1\r\n"
                                              "Host: x\r\nContent-Length: 0\r\n"
                                              "Authorization: Bearer key\r\n"
                                              "X-Extend-Api-Version: 2026-02-09\r\n\r\n",
                                          "}");
    EXPECT_THAT(response, StartsWith("HTTP/1.1 " + std::string(status)));
    EXPECT_THAT(response, testing::EndsWith("\r\n\r\n"));
  }
}

TEST(HttpServer, ClosesTheConnectionInAnOutageWithoutAByte) {
  Simulator simulator({}, [] { return std::chrono::system_clock::now(); });
  const HttpServer server({}, simulator);
  httplib::Client client("127.0.0.1", server.port());
  client.set_default_headers(kHeaders);
  ASSERT_EQ(
      client.Post("/_simulator/outage", R"({"requests": 1, "close": true})", "application/json")
          ->status,
      200);
  const std::string request =
      "GET /split_runs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer key\r\n"
      "X-Extend-Api-Version: 2026-02-09\r\n\r\n";
  EXPECT_EQ(Exchange(server.port(), request, "}"), "");
  EXPECT_THAT(Exchange(server.port(), request, "}"), StartsWith("HTTP/1.1 200"));
}

TEST(HttpServer, SendsAStrayResponseOnAConnectionThatBecomesIdle) {
  Simulator simulator({}, [] { return std::chrono::system_clock::now(); });
  HttpOptions options;
  options.on_stray = [] {};
  const HttpServer server(options, simulator);
  const std::string response =
      Exchange(server.port(),
               "GET /split_runs/splr_Xj8mK2pL9nR4vT7qY5wZ HTTP/1.1\r\nHost: x\r\n"
               "Authorization: Bearer key\r\nX-Extend-Api-Version: 2026-02-09\r\n\r\n",
               "\"CANCELLED\"");
  const std::size_t stray = response.rfind("HTTP/1.1 200 OK");
  ASSERT_GT(stray, 0U);
  const std::size_t head = response.find("\r\n\r\n") + 4;
  EXPECT_EQ(json::parse(response.substr(head, stray - head))["status"], "PROCESSING")
      << "what was announced is whole";
}

std::string WriteFile(const char* name, const std::string& content) {
  std::string path = testing::TempDir() + name;
  std::ofstream(path) << content;
  return path;
}

TEST(HttpServer, ServesTls) {
  const gateway::TestCertificate certificate = gateway::MakeTestCertificate("simulator");
  HttpOptions options;
  options.tls_cert = WriteFile("simulator_cert.pem", certificate.certificate_pem);
  options.tls_key = WriteFile("simulator_key.pem", certificate.key_pem);
  Simulator simulator({}, [] { return std::chrono::system_clock::now(); });
  const HttpServer server(options, simulator);
  EXPECT_THAT(server.url(), StartsWith("https://127.0.0.1:"));
  httplib::SSLClient client("127.0.0.1", server.port());
  client.set_ca_cert_path(options.tls_cert.c_str());
  client.set_default_headers(kHeaders);
  const auto response = client.Get("/split_runs");
  ASSERT_TRUE(response) << httplib::to_string(response.error());
  EXPECT_EQ(response->status, 200);
}

TEST(HttpServer, RefusesUnusableTlsFiles) {
  Simulator simulator({}, [] { return std::chrono::system_clock::now(); });
  HttpOptions options;
  options.tls_cert = "none";
  options.tls_key = "none";
  EXPECT_THROW(HttpServer(options, simulator), std::runtime_error);
}

}  // namespace
}  // namespace extend_simulator
