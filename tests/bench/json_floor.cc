// A floor: what reading one JSON answer into protobuf bytes costs. Also where the expected answer
// comes from: libprotobuf's own JSON parser must have read the same message.
//
// Usage: json_floor BODY.json WIRE_FILE      reads a SplitRun, writes its wire bytes
// Prints one JSON object.
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/message_differencer.h>

#include <ctime>
#include <fstream>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>

#include "extend/v1/split_run.pb.h"
#include "gateway/json/json_reader.h"
#include "tests/json/generated_tables.h"

namespace {

constexpr long kMinNanoseconds = 200'000'000;

long CpuNanoseconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return time.tv_sec * 1'000'000'000 + time.tv_nsec;
}

bool IsWhatLibprotobufReads(const std::string& json, const std::string& wire) {
  // It knows enum values by their names in the proto only.
  auto spelled = nlohmann::json::parse(json);
  spelled["status"] = "RUN_STATUS_" + spelled["status"].get<std::string>();
  spelled["file"]["type"] = "FILE_TYPE_" + spelled["file"]["type"].get<std::string>();
  extend::v1::SplitRun theirs;
  extend::v1::SplitRun ours;
  return google::protobuf::util::JsonStringToMessage(spelled.dump(), &theirs).ok() &&
         ours.ParseFromString(wire) &&
         google::protobuf::util::MessageDifferencer::Equals(ours, theirs);
}

int Measure(const std::string& json, const char* wire_file) {
  const gateway::JsonReader reader(*extend::v1::SplitRun::descriptor(), gateway::GeneratedTables());
  const gateway::JsonReadOptions options;
  const auto wire = reader.Read(json, options);
  if (!wire || !IsWhatLibprotobufReads(json, *wire)) {
    std::cerr << "json_floor: not the SplitRun that libprotobuf reads\n";
    return 1;
  }
  std::ofstream(wire_file, std::ios::binary) << *wire;

  long count = 0;
  const long begun = CpuNanoseconds();
  long elapsed = 0;
  for (long batch = 1; elapsed < kMinNanoseconds; batch *= 2) {
    for (long i = 0; i < batch; ++i) {
      if (reader.Read(json, options)->size() != wire->size()) return 1;
    }
    count += batch;
    elapsed = CpuNanoseconds() - begun;
  }
  std::cout << nlohmann::json{{"cpu_ns", elapsed},
                              {"requests", count},
                              {"json_bytes", json.size()},
                              {"wire_bytes", wire->size()}}
            << std::endl;
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: json_floor BODY.json WIRE_FILE\n";
    return 2;
  }
  std::ifstream file(argv[1], std::ios::binary);
  return Measure(std::string(std::istreambuf_iterator<char>(file), {}), argv[2]);
}
