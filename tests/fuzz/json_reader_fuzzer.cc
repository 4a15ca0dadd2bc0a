// A JSON document of AllTypes, read by us and by libprotobuf, which is a second implementation of
// ProtoJSON: where both accept it, it is the same message. Then written by us, and read again.

#include <google/protobuf/util/json_util.h>

#include "gateway/json/json_reader.h"
#include "gateway/json/json_writer.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/fuzz/json_comparison.h"
#include "tests/fuzz/silent_parsing.h"
#include "tests/json/generated_tables.h"
#include "tests/transcoding/all_types.pb.h"

namespace gateway {
namespace {

namespace pb = google::protobuf;
using testing::v1::AllTypes;
using Unknown = JsonReadOptions::Unknown;

void CompareWithTheirs(const std::string& json, const AllTypes& ours) {
  pb::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  AllTypes theirs;
  if (IsReadOtherwise(json)) return;
  if (!pb::util::JsonStringToMessage(json, &theirs, options).ok()) return;
  const bool same = Comparable(ours) == Comparable(theirs);
  Expect(same, "both read the same message",
         same ? "" : ours.ShortDebugString() + '\n' + theirs.ShortDebugString());
}

void CheckRoundTrip(const JsonReader& reader, const AllTypes& message) {
  const auto json = WriteJson(message, GeneratedTables());
  Expect(json.has_value(), "what was read can be written",
         json.has_value() ? "" : json.error().ToStatus().error_message());
  const auto read = reader.Read(*json, {.unknown = Unknown::kReject});
  Expect(read.has_value(), "what was written can be read", *json);
  AllTypes again;
  Expect(again.ParseFromString(*read), "wire bytes parse", *json);
  Expect(Canonical(again) == Canonical(message), "written and read, it is the same", *json);
}

void Fuzz(const std::string& json) {
  static const JsonReader& reader = *new JsonReader(*AllTypes::descriptor(), GeneratedTables());
  static const SilentParsing silent;
  const auto strict = reader.Read(json, {.unknown = Unknown::kReject});
  const auto wire = reader.Read(json, {.unknown = Unknown::kSkip});
  Expect(!strict || (wire && *wire == *strict), "what is read strictly is read the same way");
  if (!wire) {
    return Expect(wire.error().error_code() == grpc::StatusCode::INVALID_ARGUMENT,
                  "a refusal's code", wire.error().error_message());
  }
  AllTypes ours;
  Expect(ours.ParseFromString(*wire), "wire bytes parse with a default decoder");
  CheckRoundTrip(reader, ours);
  CompareWithTheirs(json, ours);
}

}  // namespace
}  // namespace gateway

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  gateway::Fuzz(std::string(gateway::Text(data, size)));
  return 0;
}
