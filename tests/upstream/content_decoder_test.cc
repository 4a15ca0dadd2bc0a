// What a body's coding makes of its bytes, however they are cut into pieces.
#include "gateway/upstream/content_decoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/http_encoding.h"

namespace gateway {
namespace {

using Result = ContentDecoder::Result;

constexpr std::size_t kLimit = 100'000;
const std::string kText = R"({"id":"splr_1","status":"CANCELLED"})";

struct Decoded {
  Result result = Result::kOk;
  std::string content;
  bool at_end = false;
};

/// In pieces of that many bytes.
Decoded Decode(const std::vector<std::string_view>& encodings, std::string_view bytes,
               std::size_t piece, std::size_t limit = kLimit) {
  const auto decoder = ContentDecoder::For(encodings, limit);
  Decoded decoded;
  while (!bytes.empty() && decoded.result == Result::kOk) {
    decoded.result = decoder->Decode(bytes.substr(0, piece), decoded.content);
    bytes.remove_prefix(std::min(piece, bytes.size()));
  }
  decoded.at_end = decoder->at_end();
  return decoded;
}

constexpr std::size_t kPieces[] = {1, 2, 3, 7, std::string::npos};

TEST(ContentDecoder, UndoesWhatTheHeaderSays) {
  struct Case {
    std::vector<std::string_view> encodings;
    std::string bytes;
  };
  for (const Case& c : {Case{{"gzip"}, Gzip(kText)},
                        {{"x-gzip"}, Gzip(kText)},
                        {{" GZip "}, Gzip(kText)},
                        {{"deflate"}, Deflate(kText)},
                        {{"deflate"}, RawDeflate(kText)},
                        {{"gzip, gzip"}, Gzip(Gzip(kText))},
                        {{"gzip", "gzip"}, Gzip(Gzip(kText))},
                        {{"deflate, gzip"}, Gzip(Deflate(kText))},
                        {{"gzip,deflate"}, Deflate(Gzip(kText))},
                        {{"identity, gzip"}, Gzip(kText)},
                        {{"gzip, utf-8"}, Gzip(kText)},
                        {{"utf-8", "gzip"}, Gzip(kText)},
                        {{",gzip,"}, Gzip(kText)}}) {
    for (const std::size_t piece : kPieces) {
      const Decoded decoded = Decode(c.encodings, c.bytes, piece);
      EXPECT_EQ(decoded.result, Result::kOk) << c.encodings[0] << piece;
      EXPECT_EQ(decoded.content, kText) << c.encodings[0] << piece;
      EXPECT_TRUE(decoded.at_end) << c.encodings[0] << piece;
    }
  }
}

TEST(ContentDecoder, Row10LeavesCodingsThatItDoesNotKnowAsTheyAre) {
  for (const char* encoding : {"utf-8", "identity", "", "br", "gzipped", "none, , x"}) {
    EXPECT_EQ(ContentDecoder::For(std::vector<std::string_view>{encoding}, kLimit), nullptr)
        << encoding;
  }
  EXPECT_EQ(ContentDecoder::For(std::vector<std::string_view>{"gzip,gzip,gzip,gzip,gzip"}, kLimit),
            nullptr);
}

TEST(ContentDecoder, Row10JoinsGzipMembersAndIgnoresWhatFollowsThem) {
  const std::string half = kText.substr(0, 10);
  const std::string rest = kText.substr(10);
  for (const std::string& bytes :
       {Gzip(half) + Gzip(rest), Gzip("") + Gzip(half) + Gzip("") + Gzip(rest),
        Gzip(kText) + std::string(1, '\0'), Gzip(kText) + std::string(1000, '\0'),
        Gzip(half) + Gzip(rest) + std::string(3, '\0'), Gzip(kText) + "garbage",
        Gzip(kText) + "\x1f" + "not gzip"}) {
    for (const std::size_t piece : kPieces) {
      const Decoded decoded = Decode({"gzip"}, bytes, piece);
      EXPECT_EQ(decoded.result, Result::kOk);
      EXPECT_EQ(decoded.content, kText);
      EXPECT_TRUE(decoded.at_end);
    }
  }
}

TEST(ContentDecoder, Row4SeesThatTheEndIsMissing) {
  const std::string member = Gzip(kText);
  for (const auto& [encoding, whole] : {std::pair<const char*, std::string>{"gzip", member},
                                        {"deflate", Deflate(kText)},
                                        {"deflate", RawDeflate(kText)},
                                        {"gzip, gzip", Gzip(member)}}) {
    for (std::size_t size = 1; size < whole.size(); ++size) {
      for (const std::size_t piece : kPieces) {
        const Decoded decoded = Decode({encoding}, whole.substr(0, size), piece);
        EXPECT_EQ(decoded.result, Result::kOk) << size;
        EXPECT_FALSE(decoded.at_end) << encoding << size;
      }
    }
  }
  for (std::size_t size = 1; size < member.size(); ++size) {
    EXPECT_FALSE(Decode({"gzip"}, member + member.substr(0, size), 5).at_end) << size;
  }
  // The outer coding is whole, the inner one is not.
  EXPECT_FALSE(Decode({"gzip, gzip"}, Gzip(member.substr(0, 15)), 5).at_end);
}

TEST(ContentDecoder, SeesCorruptData) {
  std::string wrong_sum = Gzip(kText);
  wrong_sum[wrong_sum.size() - 6] ^= 1;
  std::string wrong_size = Gzip(kText);
  wrong_size[wrong_size.size() - 1] ^= 1;
  for (const std::string& bytes : {std::string("nope"), std::string(kText), wrong_sum, wrong_size,
                                   std::string("\x1f\x8b") + std::string(30, 'x')}) {
    for (const std::size_t piece : kPieces) {
      EXPECT_EQ(Decode({"gzip"}, bytes, piece).result, Result::kCorrupt);
    }
  }
  EXPECT_EQ(Decode({"deflate"}, "\xff\xff\xff\xff", 1).result, Result::kCorrupt);
}

TEST(ContentDecoder, AllowsAsMuchContentAsTheLimitAndNoByteMore) {
  const std::string fits(kLimit, 'x');
  std::string incompressible;
  for (std::uint32_t i = 1; incompressible.size() < kLimit; ++i) {
    incompressible.push_back(static_cast<char>((i * 2654435761U) >> 24));
  }
  for (const std::string& text : {fits, incompressible}) {
    const Decoded decoded = Decode({"gzip"}, Gzip(text), 1000);
    EXPECT_EQ(decoded.result, Result::kOk);
    EXPECT_EQ(decoded.content.size(), kLimit);
    EXPECT_EQ(Decode({"gzip"}, Gzip(text + "x"), 1000).result, Result::kTooLarge);
  }
  // A bomb ends soon after the limit.
  const Decoded bomb = Decode({"gzip"}, Gzip(std::string(kLimit * 50, 'x')), 1000);
  EXPECT_EQ(bomb.result, Result::kTooLarge);
  EXPECT_LE(bomb.content.size(), kLimit);
}

TEST(ContentDecoder, EndsBytesWithoutContentToo) {
  std::string empty_members;
  while (empty_members.size() < 2 * kLimit) empty_members += Gzip("");
  EXPECT_EQ(Decode({"gzip"}, empty_members, 1000).result, Result::kTooLarge);
  EXPECT_EQ(Decode({"gzip"}, Gzip("") + std::string(2 * kLimit, '\0'), 1000).result,
            Result::kTooLarge);
  // Within an outer coding they cost their sender nothing.
  EXPECT_EQ(Decode({"gzip, gzip"}, Gzip(Gzip("") + std::string(kLimit * 50, '\0')), 100).result,
            Result::kTooLarge);
}

TEST(ContentDecoder, OfNoBytesAtAllIsNotAtItsEnd) {
  EXPECT_FALSE(ContentDecoder::For(std::vector<std::string_view>{"gzip"}, kLimit)->at_end());
}

}  // namespace
}  // namespace gateway
