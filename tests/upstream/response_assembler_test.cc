#include "gateway/upstream/response_assembler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace gateway {
namespace {

using ::testing::ElementsAre;

constexpr std::size_t kMaxBody = 10;

TEST(ResponseAssembler, KeepsStatusHeadersAndBody) {
  ResponseAssembler assembler(kMaxBody);
  EXPECT_FALSE(assembler.begun());
  for (const char* line :
       {"HTTP/1.1 404 Not Found\r\n", "Content-Type:  text/plain \r\n", "X-Empty:\r\n", "\r\n"}) {
    EXPECT_FALSE(assembler.has_head());
    EXPECT_TRUE(assembler.AddHeaderLine(line));
    EXPECT_TRUE(assembler.begun());
  }
  EXPECT_TRUE(assembler.has_head());
  EXPECT_TRUE(assembler.AddBody("hel"));
  EXPECT_TRUE(assembler.AddBody("lo"));
  const HttpResponse response = assembler.Take();
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.body, "hello");
  EXPECT_THAT(response.headers,
              ElementsAre(Header{"content-type", "text/plain"}, Header{"x-empty", ""}));
}

TEST(ResponseAssembler, MakesRoomForABodyOfKnownLengthAndForItsReadersPadding) {
  ResponseAssembler assembler(1000);
  for (const char* line : {"HTTP/1.1 200 OK\r\n", "Content-Length: 600\r\n", "\r\n"}) {
    assembler.AddHeaderLine(line);
  }
  for (int i = 0; i < 6; ++i) EXPECT_TRUE(assembler.AddBody(std::string(100, 'x')));
  const std::string body = assembler.Take().body;
  EXPECT_EQ(body.size(), 600);
  EXPECT_EQ(body.capacity(), 600 + HttpResponse::kBodyPadding);
}

TEST(ResponseAssembler, MakesNoRoomBeyondItsLimitForALengthThatIsOnlyClaimed) {
  for (const char* line :
       {"Content-Length: 18446744073709551615\r\n", "Content-Length: 99999999999999999999999\r\n",
        "Content-Length: -1\r\n", "Content-Length: \r\n"}) {
    ResponseAssembler assembler(1000);
    assembler.AddHeaderLine("HTTP/1.1 200 OK\r\n");
    assembler.AddHeaderLine(line);
    assembler.AddHeaderLine("\r\n");
    EXPECT_TRUE(assembler.AddBody("x")) << line;
    EXPECT_LE(assembler.Take().body.capacity(), 1000 + HttpResponse::kBodyPadding) << line;
  }
}

TEST(ResponseAssembler, ForgetsInterimAnswers) {
  ResponseAssembler assembler(kMaxBody);
  for (const char* line : {"HTTP/1.1 103 Early Hints\r\n", "Link: </a>\r\n", "\r\n",
                           "HTTP/1.1 200 OK\r\n", "A: 1\r\n", "\r\n"}) {
    EXPECT_FALSE(assembler.has_head());
    assembler.AddHeaderLine(line);
  }
  EXPECT_TRUE(assembler.has_head());
  EXPECT_THAT(assembler.Take().headers, ElementsAre(Header{"a", "1"}));
}

TEST(ResponseAssembler, IgnoresTrailersEvenOnesThatLookLikeAnAnswer) {
  ResponseAssembler assembler(kMaxBody);
  for (const char* line :
       {"HTTP/2 200 \r\n", "A: 1\r\n", "\r\n", "B: 2\r\n", "HTTP/1.1 500 Oh\r\n", "\r\n"}) {
    assembler.AddHeaderLine(line);
  }
  const HttpResponse response = assembler.Take();
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.headers, ElementsAre(Header{"a", "1"}));
}

TEST(ResponseAssembler, DropsHeadersThatMayNotBePassedOn) {
  ResponseAssembler assembler(kMaxBody);
  for (const char* line :
       {"HTTP/1.1 200 OK\r\n", "no colon\r\n", "b\xc3\xa4: 1\r\n", "c: \xff\r\n", "d: a\x01z\r\n",
        " folded: x\r\n", "sp ace: x\r\n", ": nameless\r\n", "kept: yes\r\n", "\r\n"}) {
    EXPECT_TRUE(assembler.AddHeaderLine(line));
  }
  EXPECT_THAT(assembler.Take().headers, ElementsAre(Header{"kept", "yes"}));
}

TEST(ResponseAssembler, AcceptsHeadersUpToTheLimitAndNoByteMore) {
  for (const bool over : {false, true}) {
    ResponseAssembler assembler(kMaxBody);
    constexpr std::size_t kLine = 1024;
    const std::string line = "a: " + std::string(kLine - 3, 'x');
    for (std::size_t sent = 0; sent < ResponseAssembler::kMaxHeaderBytes; sent += kLine) {
      EXPECT_TRUE(assembler.AddHeaderLine(line));
    }
    const bool accepted = !over || assembler.AddHeaderLine("\n");
    EXPECT_EQ(accepted, !over);
    EXPECT_EQ(assembler.overflow(),
              over ? ResponseAssembler::Overflow::kHeaders : ResponseAssembler::Overflow::kNone);
  }
}

TEST(ResponseAssembler, CountsTrailersAndInterimAnswersAsHeaderBytes) {
  ResponseAssembler assembler(kMaxBody);
  bool accepted = true;
  int lines = 0;
  while (accepted && lines < 100'000) {
    accepted =
        assembler.AddHeaderLine("HTTP/1.1 100 Continue\r\n") && assembler.AddHeaderLine("\r\n");
    ++lines;
  }
  EXPECT_FALSE(accepted);
}

TEST(ResponseAssembler, AcceptsBodiesUpToTheLimitAndNoByteMore) {
  ResponseAssembler assembler(kMaxBody);
  EXPECT_TRUE(assembler.AddBody(std::string(kMaxBody, 'x')));
  EXPECT_TRUE(assembler.AddBody(""));
  EXPECT_EQ(assembler.overflow(), ResponseAssembler::Overflow::kNone);
  EXPECT_FALSE(assembler.AddBody("y"));
  EXPECT_EQ(assembler.overflow(), ResponseAssembler::Overflow::kBody);
}

TEST(ResponseAssembler, WantsAStatusThatIsANumber) {
  for (const char* line : {"HTTP/1.1\r\n", "HTTP/1.1 \r\n", "HTTP/1.1 abc\r\n"}) {
    ResponseAssembler assembler(kMaxBody);
    assembler.AddHeaderLine(line);
    assembler.AddHeaderLine("\r\n");
    EXPECT_FALSE(assembler.has_head()) << line;
  }
}

}  // namespace
}  // namespace gateway
