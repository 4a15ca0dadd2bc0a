// What stands on the wire, and what becomes of an answer.
#include "gateway/upstream/curl_easy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/support/http_encoding.h"
#include "tests/support/scripted_upstream.h"
#include "tests/upstream/blocking_client.h"

namespace gateway {
namespace {

using namespace std::chrono_literals;
using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;

/// The one request that the upstream saw.
ReceivedRequest Only(const ScriptedUpstream& upstream) {
  const auto requests = upstream.requests();
  EXPECT_EQ(requests.size(), 1U);
  return requests.empty() ? ReceivedRequest{} : requests.front();
}

// ---- Requests

TEST(CurlRequest, WithoutABodySaysContentLengthZeroWhereABodyIsExpected) {
  struct Case {
    std::string verb;
    std::string content_length;
  };
  for (const Case& wanted : {Case{"POST", "0"},
                             {"PUT", "0"},
                             {"PATCH", "0"},
                             {"GET", ""},
                             {"DELETE", ""},
                             {"HEAD", ""},
                             {"OPTIONS", ""}}) {
    ScriptedUpstream upstream;
    BlockingClient client;
    client.Call(Request(wanted.verb, upstream.url() + "/a"));
    const ReceivedRequest request = Only(upstream);
    EXPECT_EQ(request.verb, wanted.verb);
    EXPECT_EQ(request.Get("content-length"), wanted.content_length) << wanted.verb;
    EXPECT_FALSE(request.Has("content-type")) << wanted.verb;
    EXPECT_FALSE(request.Has("transfer-encoding")) << wanted.verb;
  }
}

TEST(CurlRequest, SendsTheBodyItHasWhateverTheVerb) {
  for (const char* verb : {"POST", "PUT", "PATCH", "GET", "DELETE"}) {
    ScriptedUpstream upstream;
    BlockingClient client;
    client.Call(
        Request(verb, upstream.url() + "/a", {{"Content-Type", "application/json"}}, "{\"a\":1}"));
    const ReceivedRequest request = Only(upstream);
    EXPECT_EQ(request.verb, verb);
    EXPECT_EQ(request.body, "{\"a\":1}");
    EXPECT_EQ(request.Get("content-type"), "application/json");
  }
}

TEST(CurlRequest, WithABodyAddsNoContentTypeOfItsOwn) {
  ScriptedUpstream upstream;
  BlockingClient client;
  client.Call(Request("POST", upstream.url(), {}, std::string("a\0b", 3)));
  EXPECT_FALSE(Only(upstream).Has("content-type"));
  EXPECT_EQ(Only(upstream).body, std::string("a\0b", 3));
}

TEST(CurlRequest, SendsNoHeaderThatNobodyAskedFor) {
  ScriptedUpstream upstream;
  BlockingClient client;
  client.Call(Request("GET", upstream.url(), {{"X-One", "1"}, {"X-None", ""}}));
  std::vector<std::string> names;
  for (const Header& header : Only(upstream).headers) names.push_back(header.name);
  EXPECT_THAT(names, ElementsAre("host", "accept-encoding", "x-one", "x-none"));
  EXPECT_EQ(Only(upstream).Get("accept-encoding"), "gzip");
}

TEST(CurlRequest, PassesOnAcceptAndUserAgent) {
  ScriptedUpstream upstream;
  BlockingClient client;
  client.Call(
      Request("GET", upstream.url(), {{"accept", "application/json"}, {"User-Agent", "us/1"}}));
  EXPECT_EQ(Only(upstream).Get("accept"), "application/json");
  EXPECT_EQ(Only(upstream).Get("user-agent"), "us/1");
}

TEST(CurlRequest, SendsALargeBodyWithoutAskingFirst) {
  ScriptedUpstream upstream;
  BlockingClient client;
  const std::string body(std::size_t{3} << 20, 'x');
  const HttpResult result = client.Call(Request("POST", upstream.url(), {}, body));
  EXPECT_NE(result.response(), nullptr);
  EXPECT_FALSE(Only(upstream).Has("expect"));
  EXPECT_EQ(Only(upstream).body.size(), body.size());
}

TEST(CurlRequest, KeepsThePathAsItIs) {
  ScriptedUpstream upstream;
  BlockingClient client;
  client.Get(upstream.url() + "/a/../b/%2e%2e/./c?q=%20");
  EXPECT_EQ(Only(upstream).target, "/a/../b/%2e%2e/./c?q=%20");
}

TEST(CurlRequest, WithAnIllegalHeaderIsNeverSent) {
  for (const Header& header : {Header{"X-A", "1\r\nX-Injected: 2"},
                               {"X-A\r\nX-Injected", "2"},
                               {"X A", "1"},
                               {"", "1"},
                               {"X-A:", "1"},
                               {"X-A", "\xc3\xa4"},
                               {"X-A", std::string("1\0", 2)},
                               {"Content-Length", "5"},
                               {"transfer-encoding", "chunked"},
                               {"Connection", "close"},
                               {"Upgrade", "h2c"},
                               {"Expect", "100-continue"},
                               {"TE", "trailers"}}) {
    ScriptedUpstream upstream;
    BlockingClient client;
    const HttpResult result = client.Call(Request("GET", upstream.url(), {header}));
    EXPECT_EQ(ErrorOf(result), std::pair(TransportErrorKind::kMalformed, Delivery::kNeverSent))
        << header.name;
    EXPECT_EQ(upstream.counters().accepted, 0) << header.name;
  }
}

TEST(CurlRequest, ObeysNoProxyEnvironmentVariable) {
  ScriptedUpstream proxy;
  ScriptedUpstream upstream;
  for (const char* name : {"http_proxy", "all_proxy", "ALL_PROXY"}) {
    setenv(name, proxy.url().c_str(), 1);
  }
  BlockingClient client;
  client.Get(upstream.url() + "/a");
  for (const char* name : {"http_proxy", "all_proxy", "ALL_PROXY"}) unsetenv(name);
  EXPECT_EQ(proxy.counters().accepted, 0);
  EXPECT_EQ(Only(upstream).target, "/a");
}

TEST(CurlRequest, GoesThroughTheConfiguredProxy) {
  ScriptedUpstream proxy;
  CurlHttpLoopOptions options;
  options.proxy = proxy.url();
  BlockingClient client(options);
  EXPECT_NE(client.Get("http://upstream.invalid/a").response(), nullptr);
  EXPECT_EQ(Only(proxy).target, "http://upstream.invalid/a");
  client.Get("http://upstream.invalid/b");
  EXPECT_EQ(proxy.counters().accepted, 1);
}

TEST(CurlRequest, SpeaksHttpOnly) {
  BlockingClient client;
  for (const char* url : {"file:///etc/hostname", "ftp://127.0.0.1/", "gopher://127.0.0.1/"}) {
    const HttpResult result = client.Get(url);
    EXPECT_EQ(ErrorOf(result), std::pair(TransportErrorKind::kConnect, Delivery::kNeverSent))
        << url;
  }
}

// ---- Answers

TEST(CurlAnswer, IsStatusLowerCaseHeadersAndBody) {
  ScriptedUpstream upstream;
  upstream.OnRequest(InOrder({{Send(HttpReply(418, "{}", {{"X-Request-ID", "r1"}}))}}));
  BlockingClient client;
  const HttpResult result = client.Get(upstream.url());
  ASSERT_NE(result.response(), nullptr);
  EXPECT_EQ(result.response()->status, 418);
  EXPECT_EQ(result.response()->body, "{}");
  EXPECT_THAT(result.response()->headers,
              ElementsAre(Header{"x-request-id", "r1"}, Header{"content-type", "application/json"},
                          Header{"content-length", "2"}));
  EXPECT_GT(result.elapsed, 0ns);
}

TEST(CurlAnswer, DoesNotFollowARedirect) {
  ScriptedUpstream upstream;
  upstream.OnRequest(InOrder({{Send(HttpReply(302, "", {{"Location", "/elsewhere"}}))}}));
  BlockingClient client;
  const HttpResult result = client.Get(upstream.url());
  ASSERT_NE(result.response(), nullptr);
  EXPECT_EQ(result.response()->status, 302);
  EXPECT_EQ(upstream.counters().requests, 1);
}

TEST(CurlAnswer, HasNoTraceOfInterimAnswersAndTrailers) {
  ScriptedUpstream upstream;
  upstream.OnRequest(InOrder({{Send(
      "HTTP/1.1 100 Continue\r\nX-Interim: 1\r\n\r\n"
      "HTTP/1.1 103 Early Hints\r\nX-Interim: 2\r\n\r\n"
      "HTTP/1.1 200 OK\r\nX-Final: 1\r\nTransfer-Encoding: chunked\r\nTrailer: X-Late\r\n\r\n"
      "2\r\nok\r\n0\r\nX-Late: 1\r\n\r\n")}}));
  BlockingClient client;
  const HttpResult result = client.Get(upstream.url());
  ASSERT_NE(result.response(), nullptr);
  EXPECT_EQ(result.response()->status, 200);
  EXPECT_EQ(result.response()->body, "ok");
  EXPECT_EQ(FindHeader(result.response()->headers, "x-interim"), nullptr);
  EXPECT_NE(FindHeader(result.response()->headers, "x-final"), nullptr);
  EXPECT_EQ(FindHeader(result.response()->headers, "x-late"), nullptr);
}

TEST(CurlAnswer, IsDecompressed) {
  const std::string text(100'000, 'j');
  ScriptedUpstream upstream;
  upstream.OnRequest(InOrder({{Send(HttpReply(200, Gzip(text), {{"Content-Encoding", "gzip"}}))}}));
  BlockingClient client;
  const HttpResult result = client.Get(upstream.url());
  ASSERT_NE(result.response(), nullptr);
  EXPECT_EQ(result.response()->body, text);
}

TEST(CurlAnswer, MayBeAsLargeAsTheLimitAndNoByteMore) {
  constexpr std::size_t kLimit = 100'000;
  const std::string fits(kLimit, 'x');
  const std::string too_large(kLimit + 1, 'x');
  struct Case {
    const char* how;
    std::string small;
    std::string large;
  };
  for (const Case& sent :
       {Case{"with a length", HttpReply(200, fits), HttpReply(200, too_large)},
        {"chunked", ChunkedReply(fits), ChunkedReply(too_large)},
        {"compressed", HttpReply(200, Gzip(fits), {{"Content-Encoding", "gzip"}}),
         HttpReply(200, Gzip(too_large), {{"Content-Encoding", "gzip"}})}}) {
    ScriptedUpstream upstream;
    upstream.OnRequest(InOrder({{Send(sent.small)}, {Send(sent.large)}}));
    CurlHttpLoopOptions options;
    options.max_response_bytes = kLimit;
    BlockingClient client(options);
    const HttpResult small = client.Get(upstream.url());
    ASSERT_NE(small.response(), nullptr) << sent.how;
    EXPECT_EQ(small.response()->body.size(), kLimit) << sent.how;
    EXPECT_EQ(ErrorOf(client.Get(upstream.url())),
              std::pair(TransportErrorKind::kResponseTooLarge, Delivery::kMayHaveArrived))
        << sent.how;
  }
}

TEST(CurlAnswer, MayHaveOnlySoManyHeaderBytes) {
  const std::string almost(ResponseAssembler::kMaxHeaderBytes - 200, 'h');
  const std::string too_many(ResponseAssembler::kMaxHeaderBytes, 'h');
  // One that exceeds libcurl's own line buffer, too.
  const std::string far_too_many(ResponseAssembler::kMaxHeaderBytes * 8, 'h');
  ScriptedUpstream upstream;
  upstream.OnRequest(InOrder({{Send(HttpReply(200, "{}", {{"X-Big", almost}}))},
                              {Send(HttpReply(200, "{}", {{"X-Big", too_many}}))},
                              {Send(HttpReply(200, "{}", {{"X-Big", far_too_many}}))}}));
  BlockingClient client;
  EXPECT_NE(client.Get(upstream.url()).response(), nullptr);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(ErrorOf(client.Get(upstream.url())),
              std::pair(TransportErrorKind::kHeadersTooLarge, Delivery::kMayHaveArrived));
  }
}

TEST(CurlAnswer, ThatIsNotWholeOrNotHttpIsAFault) {
  struct Case {
    Script script;
    TransportErrorKind kind;
  };
  const std::vector<Case> cases = {
      {{Reset()}, TransportErrorKind::kReset},
      {{Close()}, TransportErrorKind::kReset},
      {{Send("HTTP/1.1 200 O"), Close()}, TransportErrorKind::kReset},
      {{Send("HTTP/1.1 200 OK\r\nContent-Le"), Close()}, TransportErrorKind::kTruncated},
      {{Send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"), Close()}, TransportErrorKind::kTruncated},
      {{Send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{"), Close()},
       TransportErrorKind::kTruncated},
      {{Send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"), Close()},
       TransportErrorKind::kTruncated},
      {{Send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n"), Close()},
       TransportErrorKind::kTruncated},
      {{Send("HTTP/1.1 103 Early\r\n\r\n"), Close()}, TransportErrorKind::kTruncated},
      {{Send("SSH-2.0-OpenSSH\r\n\r\nhello"), Close()}, TransportErrorKind::kMalformed},
      {{Send("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope")},
       TransportErrorKind::kMalformed},
      {{Send("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n")}, TransportErrorKind::kMalformed},
  };
  for (const Case& wanted : cases) {
    ScriptedUpstream upstream;
    upstream.OnRequest(InOrder({wanted.script}));
    BlockingClient client;
    const HttpResult result = client.Post(upstream.url());
    EXPECT_EQ(ErrorOf(result), std::pair(wanted.kind, Delivery::kMayHaveArrived))
        << wanted.script.front().bytes << " → " << (result.error() ? result.error()->text : "none");
    EXPECT_EQ(upstream.counters().requests, 1);
  }
}

TEST(CurlAnswer, OfAFaultNamesNoUrlAndNoHeader) {
  BlockingClient client;
  const HttpResult result = client.Call(
      Request("GET", "http://nowhere.invalid/secret-path", {{"Authorization", "Bearer secret"}}));
  ASSERT_NE(result.error(), nullptr);
  EXPECT_EQ(ErrorOf(result), std::pair(TransportErrorKind::kResolve, Delivery::kNeverSent));
  EXPECT_THAT(result.error()->text, Not(IsEmpty()));
  EXPECT_THAT(result.error()->text, Not(AnyOf(HasSubstr("secret"), HasSubstr("nowhere"))));
}

}  // namespace
}  // namespace gateway
