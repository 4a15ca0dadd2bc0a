#include "gateway/upstream/response_assembler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "tests/support/http_encoding.h"

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
  const HttpResponse response = assembler.Release();
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
  const std::string body = assembler.Release().body;
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
    EXPECT_LE(assembler.Release().body.capacity(), 1000 + HttpResponse::kBodyPadding) << line;
  }
}

TEST(ResponseAssembler, ForgetsInterimResponses) {
  ResponseAssembler assembler(kMaxBody);
  for (const char* line : {"HTTP/1.1 103 Early Hints\r\n", "Link: </a>\r\n", "\r\n",
                           "HTTP/1.1 200 OK\r\n", "A: 1\r\n", "\r\n"}) {
    EXPECT_FALSE(assembler.has_head());
    assembler.AddHeaderLine(line);
  }
  EXPECT_TRUE(assembler.has_head());
  EXPECT_THAT(assembler.Release().headers, ElementsAre(Header{"a", "1"}));
}

TEST(ResponseAssembler, IgnoresTrailersEvenOnesThatLookLikeAResponse) {
  ResponseAssembler assembler(kMaxBody);
  for (const char* line :
       {"HTTP/2 200 \r\n", "A: 1\r\n", "\r\n", "B: 2\r\n", "HTTP/1.1 500 Oh\r\n", "\r\n"}) {
    assembler.AddHeaderLine(line);
  }
  const HttpResponse response = assembler.Release();
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
  EXPECT_THAT(assembler.Release().headers, ElementsAre(Header{"kept", "yes"}));
}

TEST(ResponseAssembler, AcceptsHeadersUpToTheLimitAndNoByteMore) {
  for (const bool over : {false, true}) {
    ResponseAssembler assembler(kMaxBody);
    constexpr std::size_t kLine = 1024;
    const std::string line = "a: " + std::string(kLine - 3, 'x');
    EXPECT_TRUE(assembler.AddHeaderLine("HTTP/1.1 200 " + std::string(kLine - 13, 'x')));
    for (std::size_t sent = kLine; sent < ResponseAssembler::kMaxHeaderBytes; sent += kLine) {
      EXPECT_TRUE(assembler.AddHeaderLine(line));
    }
    const bool accepted = !over || assembler.AddHeaderLine("\n");
    EXPECT_EQ(accepted, !over);
    EXPECT_EQ(assembler.flaw(), over ? ResponseFlaw::kTooManyHeaders : ResponseFlaw::kNone);
  }
}

TEST(ResponseAssembler, CountsTrailersAndInterimResponsesAsHeaderBytes) {
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
  EXPECT_EQ(assembler.flaw(), ResponseFlaw::kNone);
  EXPECT_FALSE(assembler.AddBody("y"));
  EXPECT_EQ(assembler.flaw(), ResponseFlaw::kTooMuchBody);
}

TEST(ResponseAssembler, Row11WantsAStatusOfThreeDigitsInTheFirstLine) {
  for (const char* line :
       {"HTTP/1.1", "HTTP/1.1 ", "HTTP/1.1 abc", "HTTP/1.1 20", "HTTP/1.1 2000", "HTTP/1.1 20x",
        "HTTP/1.1 099", "HTTP/1.1 -20", "A: 1", "", "http/1.1 200"}) {
    ResponseAssembler assembler(kMaxBody);
    EXPECT_FALSE(assembler.AddHeaderLine(std::string(line) + "\r\n")) << line;
    EXPECT_EQ(assembler.flaw(), ResponseFlaw::kNotHttp) << line;
  }
}

TEST(ResponseAssembler, Row11TakesNoLaterLineForAStatusLine) {
  ResponseAssembler assembler(kMaxBody);
  for (const char* line :
       {"HTTP/1.1 103 Early\r\n", "HTTP/1.1 200 A\r\n", "\r\n", "HTTP/1.1 403 No\r\n",
        "HTTP/x 200 y\r\n", "HTTP/1.1 200 OK\r\n", "HTTP/1.1: kept\r\n", "B: 2\r\n", "\r\n"}) {
    EXPECT_TRUE(assembler.AddHeaderLine(line));
  }
  EXPECT_EQ(assembler.status(), 403);
  EXPECT_THAT(assembler.Release().headers, ElementsAre(Header{"b", "2"}));
}

TEST(ResponseAssembler, KnowsTheStatusFromItsLineOn) {
  ResponseAssembler assembler(kMaxBody);
  assembler.AddHeaderLine("HTTP/1.1 100 Continue\r\n");
  EXPECT_EQ(assembler.status(), 0);
  assembler.AddHeaderLine("\r\n");
  assembler.AddHeaderLine("HTTP/1.1 404 No\r\n");
  EXPECT_EQ(assembler.status(), 404);
}

/// What a response's head, body and end come to.
struct Whole {
  std::vector<std::string> head;
  std::string body;
  ResponseEnd end;
  ResponseFlaw flaw = ResponseFlaw::kNone;
};

TEST(ResponseAssembler, Row5IsWholeOnlyIfItsEndWasSeen) {
  const std::string ok = "HTTP/1.1 200 OK";
  const std::string length = "Content-Length: 5";
  const std::string chunked = "Transfer-Encoding: chunked";
  const ResponseEnd cut{.orderly = false};
  const ResponseEnd to_head{.to_head = true};
  for (const Whole& c : std::vector<Whole>{
           {{ok, length}, "hello", {}},
           {{ok, length}, "hello", cut},
           {{ok, length}, "hell", {}, ResponseFlaw::kCut},
           {{ok, length, length}, "hello", {}},
           {{ok, length, "Content-Length: 4"}, "hello", {}, ResponseFlaw::kCut},
           {{ok, "Content-Length: 99999999999999999999999"}, "hello", {}, ResponseFlaw::kCut},
           {{ok, "Content-Length: 0"}, "", cut},
           {{ok, chunked}, "", cut},
           {{ok, "Transfer-Encoding: gzip, Chunked", length}, "", cut},
           {{ok}, "x", {}},
           {{ok}, "x", cut, ResponseFlaw::kCut},
           {{ok}, "", {}, ResponseFlaw::kCut},
           {{ok, "Transfer-Encoding: identity"}, "", {}, ResponseFlaw::kCut},
           {{"HTTP/1.0 200 OK"}, "", {}, ResponseFlaw::kCut},
           {{"HTTP/1.1 201 Created"}, "", {}, ResponseFlaw::kCut},
           {{"HTTP/1.1 204 None"}, "", cut},
           {{"HTTP/1.1 205 Reset"}, "", {}},
           {{"HTTP/1.1 304 Same", length}, "", cut},
           {{ok, length}, "", to_head},
           {{"HTTP/1.0 404 No"}, "", {}},
           {{"HTTP/1.1 404 No"}, "x", cut, ResponseFlaw::kCut},
           {{"HTTP/2 200"}, "", {}},
       }) {
    ResponseAssembler assembler(kMaxBody);
    for (const std::string& line : c.head) ASSERT_TRUE(assembler.AddHeaderLine(line + "\r\n"));
    ASSERT_TRUE(assembler.AddHeaderLine("\r\n"));
    ASSERT_TRUE(c.body.empty() || assembler.AddBody(c.body));
    EXPECT_EQ(assembler.Finish(c.end), c.flaw == ResponseFlaw::kNone) << c.head.back();
    EXPECT_EQ(assembler.flaw(), c.flaw) << c.head.front() << " " << c.head.back() << c.body;
  }
}

TEST(ResponseAssembler, SaysWhereHttp2ShowsACutResponseAsAnEmptyOne) {
  struct Case {
    std::vector<std::string> head;
    std::string body;
    bool may_be_cut;
    bool to_head = false;
  };
  for (const Case& c : {Case{{"HTTP/2 200"}, "", true},
                        {{"HTTP/2 201"}, "", true},
                        {{"HTTP/2 200", "Content-Encoding: gzip"}, "", true},
                        {{"HTTP/2 200"}, "x", false},
                        {{"HTTP/2 200", "Content-Length: 0"}, "", false},
                        {{"HTTP/2 200"}, "", false, true},
                        {{"HTTP/2 204"}, "", false},
                        {{"HTTP/2 205"}, "", false},
                        {{"HTTP/2 404"}, "", false},
                        {{"HTTP/1.1 200 OK", "Content-Length: 0"}, "", false},
                        {{"HTTP/1.1 200 OK", "Transfer-Encoding: chunked"}, "", false}}) {
    ResponseAssembler assembler(kMaxBody);
    for (const std::string& line : c.head) assembler.AddHeaderLine(line + "\r\n");
    assembler.AddHeaderLine("\r\n");
    if (!c.body.empty()) assembler.AddBody(c.body);
    ASSERT_TRUE(assembler.Finish({.to_head = c.to_head}));
    EXPECT_EQ(assembler.Release().may_be_cut, c.may_be_cut) << c.head.front() << c.head.back();
  }
}

/// The body of a response with that status, coding and body bytes; nothing: a flaw.
std::optional<std::string> BodyOf(const std::string& status, const std::string& encoding,
                                  const std::string& bytes, ResponseFlaw flaw) {
  ResponseAssembler assembler(1000);
  for (const std::string& line :
       {"HTTP/1.1 " + status, "Content-Encoding: " + encoding,
        "Content-Length: " + std::to_string(bytes.size()), std::string()}) {
    assembler.AddHeaderLine(line + "\r\n");
  }
  bool sound = true;
  for (const char& byte : bytes) sound = sound && assembler.AddBody({&byte, 1});
  sound = sound && assembler.Finish({});
  EXPECT_EQ(assembler.flaw(), flaw) << status << " " << encoding;
  if (!sound) return std::nullopt;
  return assembler.Release().body;
}

TEST(ResponseAssembler, Row4OfACompressedBodyNeedsThatBodysEndAsWell) {
  const std::string zipped = Gzip("hello");
  EXPECT_EQ(BodyOf("200 OK", "gzip", zipped, ResponseFlaw::kNone), "hello");
  EXPECT_EQ(BodyOf("200 OK", "gzip", "", ResponseFlaw::kNone), "");
  EXPECT_EQ(BodyOf("204 None", "gzip", "", ResponseFlaw::kNone), "");
  EXPECT_EQ(BodyOf("200 OK", "gzip", zipped.substr(0, 10), ResponseFlaw::kCut), std::nullopt);
  EXPECT_EQ(BodyOf("200 OK", "gzip", "hello", ResponseFlaw::kCorrupt), std::nullopt);
  EXPECT_EQ(BodyOf("200 OK", "gzip", Gzip(std::string(1001, 'x')), ResponseFlaw::kTooMuchBody),
            std::nullopt);
}

TEST(ResponseAssembler, Row10KeepsAnErrorsStatusWhateverItsCoding) {
  const std::string zipped = Gzip("hello") + Gzip(std::string(500, 'x'));
  EXPECT_EQ(BodyOf("404 No", "utf-8", "hello", ResponseFlaw::kNone), "hello");
  EXPECT_EQ(BodyOf("404 No", "gzip", "hello", ResponseFlaw::kNone), "hello");
  EXPECT_EQ(BodyOf("404 No", "gzip", zipped, ResponseFlaw::kNone), "hello" + std::string(500, 'x'));
  EXPECT_EQ(BodyOf("404 No", "gzip", zipped.substr(0, zipped.size() - 20), ResponseFlaw::kNone)
                .value_or("")
                .substr(0, 5),
            "hello");
  EXPECT_EQ(BodyOf("404 No", "gzip", Gzip("hello").substr(0, 3), ResponseFlaw::kNone),
            Gzip("hello").substr(0, 3));
}

}  // namespace
}  // namespace gateway
