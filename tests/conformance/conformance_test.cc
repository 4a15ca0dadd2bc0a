// The testee as the conformance runner starts it: the real program, over pipes.

#include <gmock/gmock.h>
#include <sys/wait.h>

#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "tests/conformance/conformance.pb.h"
#include "tests/support/temporary_file.h"
#include "tests/transcoding/all_types.pb.h"
#include "tests/transcoding/legacy_types.pb.h"

namespace gateway {
namespace {

using conformance::ConformanceRequest;
using conformance::ConformanceResponse;
using testing::v1::AllTypes;
using testing::v1::LegacyTypes;

struct TesteeRun {
  int exit_code = -1;
  std::string output;
};

TesteeRun RunTestee(const std::string& input, const std::string& set = ALL_TYPES_SET) {
  const TemporaryFile file(input);
  const std::string command =
      std::string(CONFORMANCE_BINARY) + " --descriptor-set " + set + " <" + file.path();
  std::FILE* const pipe = popen(command.c_str(), "r");
  TesteeRun run;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) run.output += static_cast<char>(c);
  const int status = pclose(pipe);
  run.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return run;
}

std::string Framed(const std::string& bytes) {
  std::string framed;
  for (std::size_t i = 0; i < 4; ++i) framed += static_cast<char>(bytes.size() >> 8 * i);
  return framed + bytes;
}

std::vector<ConformanceResponse> Responses(const std::string& output) {
  std::vector<ConformanceResponse> responses;
  for (std::size_t at = 0; at + 4 <= output.size();) {
    std::size_t size = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      size |= std::size_t{static_cast<std::uint8_t>(output[at + i])} << 8 * i;
    }
    EXPECT_TRUE(responses.emplace_back().ParseFromString(output.substr(at + 4, size)));
    at += 4 + size;
  }
  return responses;
}

ConformanceResponse Answer(const ConformanceRequest& request) {
  const TesteeRun run = RunTestee(Framed(request.SerializeAsString()));
  EXPECT_EQ(run.exit_code, 0);
  const auto responses = Responses(run.output);
  EXPECT_EQ(responses.size(), 1U);
  return responses.empty() ? ConformanceResponse() : responses.front();
}

ConformanceRequest FromJson(const std::string& json, conformance::WireFormat format,
                            std::string_view type = AllTypes::descriptor()->full_name()) {
  ConformanceRequest request;
  request.set_json_payload(json);
  request.set_message_type(std::string(type));
  request.set_requested_output_format(format);
  request.set_test_category(conformance::JSON_TEST);
  return request;
}

ConformanceRequest FromWire(const std::string& wire, conformance::WireFormat format) {
  ConformanceRequest request;
  request.set_protobuf_payload(wire);
  request.set_message_type(std::string(AllTypes::descriptor()->full_name()));
  request.set_requested_output_format(format);
  return request;
}

AllTypes Seven() {
  AllTypes message;
  message.set_singular_int32(7);
  return message;
}

TEST(Conformance, RespondsToRequestsInTheirOrder) {
  std::string input;
  for (const char* json : {R"({"singularInt32": 1})", "{", R"({"singularInt32": 3})"}) {
    input += Framed(FromJson(json, conformance::JSON).SerializeAsString());
  }
  const TesteeRun run = RunTestee(input);
  EXPECT_EQ(run.exit_code, 0);
  const auto responses = Responses(run.output);
  ASSERT_EQ(responses.size(), 3U);
  EXPECT_EQ(responses[0].json_payload(), R"({"singularInt32":1})");
  EXPECT_EQ(responses[1].parse_error(), "not JSON");
  EXPECT_EQ(responses[2].json_payload(), R"({"singularInt32":3})");
}

TEST(Conformance, ExpectsNoFailures) {
  ConformanceRequest request;
  request.set_message_type("conformance.FailureSet");
  const ConformanceResponse response = Answer(request);
  EXPECT_TRUE(response.has_protobuf_payload());
  EXPECT_EQ(response.protobuf_payload(), "");
}

TEST(Conformance, ConvertsBetweenJsonAndWireFormat) {
  const std::string json = R"({"singularInt32":7})";
  const std::string wire = Seven().SerializeAsString();
  EXPECT_EQ(Answer(FromJson(json, conformance::PROTOBUF)).protobuf_payload(), wire);
  EXPECT_EQ(Answer(FromWire(wire, conformance::JSON)).json_payload(), json);
  EXPECT_EQ(Answer(FromWire(wire, conformance::PROTOBUF)).protobuf_payload(), wire);
}

TEST(Conformance, ConvertsProto2) {
  const std::string json = R"({"number":1,"level":"LOW"})";
  LegacyTypes message;
  message.set_number(1);
  message.set_level(LegacyTypes::LOW);
  const auto response =
      Answer(FromJson(json, conformance::PROTOBUF, LegacyTypes::descriptor()->full_name()));
  EXPECT_EQ(response.protobuf_payload(), message.SerializeAsString());
}

TEST(Conformance, SkipsUnknownMembersOnlyInTheirCategory) {
  ConformanceRequest request = FromJson(R"({"unknown": 1})", conformance::JSON);
  EXPECT_EQ(Answer(request).parse_error(), "unknown: unknown field");
  request.set_test_category(conformance::JSON_IGNORE_UNKNOWN_PARSING_TEST);
  EXPECT_EQ(Answer(request).json_payload(), "{}");
}

TEST(Conformance, DistinguishesParsingFromSerializing) {
  EXPECT_TRUE(Answer(FromWire("\x08", conformance::JSON)).has_parse_error());
  AllTypes out_of_range;
  out_of_range.mutable_timestamp()->set_nanos(-1);
  EXPECT_EQ(Answer(FromWire(out_of_range.SerializeAsString(), conformance::JSON)).serialize_error(),
            "timestamp: a time out of range");
}

TEST(Conformance, SkipsWhatTheGatewayDoesNotSpeak) {
  EXPECT_TRUE(Answer(FromJson("{}", conformance::TEXT_FORMAT)).has_skipped());
  EXPECT_TRUE(Answer(FromJson("{}", conformance::JSON, "elsewhere.Type")).has_skipped());
  ConformanceRequest text = FromJson("{}", conformance::JSON);
  text.set_text_payload("singular_int32: 7");
  EXPECT_TRUE(Answer(text).has_skipped());
}

TEST(Conformance, FailsOnABrokenRequest) {
  EXPECT_EQ(RunTestee(Framed("\xff")).exit_code, 1);
  EXPECT_EQ(RunTestee(Framed("whole").substr(0, 6)).exit_code, 1);
  EXPECT_EQ(RunTestee("\xff\xff\xff\xff").exit_code, 1);
  EXPECT_EQ(RunTestee("", "/nowhere").exit_code, 2);
}

}  // namespace
}  // namespace gateway
