// JSON → protobuf wire bytes: by the gateway's reader, and by libprotobuf, at its best with a
// message that is used again. The ratio of two figures of one run is what counts.
#include <benchmark/benchmark.h>
#include <google/protobuf/util/json_util.h>

#include <cstdlib>
#include <functional>
#include <iostream>
#include <map>
#include <string>

#include "extend/v1/split_run.pb.h"
#include "gateway/json/json_reader.h"
#include "tests/bench/documents.h"
#include "tests/fuzz/json_comparison.h"
#include "tests/json/generated_tables.h"

namespace gateway {
namespace {

using extend::v1::SplitRun;

std::string ReadByGateway(const std::string& json) {
  static const JsonReader& reader = *new JsonReader(*SplitRun::descriptor(), GeneratedTables());
  auto wire = reader.Read(json, {});
  if (!wire) {
    std::cerr << "json_bench: " << wire.error().error_message() << '\n';
    std::abort();
  }
  return *std::move(wire);
}

std::string ReadByLibprotobuf(const std::string& json) {
  static SplitRun& message = *new SplitRun;
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  message.Clear();
  const auto status = google::protobuf::util::JsonStringToMessage(json, &message, options);
  if (!status.ok()) {
    std::cerr << "json_bench: libprotobuf: " << status << '\n';
    std::abort();
  }
  return message.SerializeAsString();
}

/// But for enums, whose short names libprotobuf does not know.
bool AreSame(const std::string& wire, const std::string& other_wire) {
  SplitRun message;
  SplitRun other;
  return message.ParseFromString(wire) && other.ParseFromString(other_wire) &&
         Comparable(message) == Comparable(other);
}

/// Made when it is first used, and then read by both: what is compared does the same.
const std::string& CheckedDocument(const std::string& name,
                                   const std::function<std::string()>& make) {
  static std::map<std::string, std::string>& documents = *new std::map<std::string, std::string>;
  const auto [document, is_new] = documents.try_emplace(name);
  std::string& json = document->second;
  if (!is_new) return json;
  json = make();
  if (!AreSame(ReadByGateway(json), ReadByLibprotobuf(json))) {
    std::cerr << "json_bench: " << name << " is read differently\n";
    std::abort();
  }
  return json;
}

void Register(const std::string& name, const std::function<std::string()>& make) {
  const auto add = [&](const std::string& reader, std::string (*read)(const std::string&)) {
    benchmark::RegisterBenchmark((reader + "/" + name).c_str(), [=](benchmark::State& state) {
      const std::string& json = CheckedDocument(name, make);
      for (auto _ : state) benchmark::DoNotOptimize(read(json));
      state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(json.size()));
    });
  };
  add("Gateway", ReadByGateway);
  add("Libprotobuf", ReadByLibprotobuf);
}

void RegisterAll() {
  for (const std::string_view name : DocumentNames()) {
    Register(std::string(name), [name] { return NamedDocument(name).value(); });
  }
  // How the time grows: in step, if the bytes per second stay.
  for (std::size_t bytes = kSmallestRun; bytes <= std::size_t{32} << 20; bytes *= 4) {
    Register("Size/" + std::to_string(bytes), [bytes] { return RunOfSize(bytes); });
  }
  for (int members = 1; members <= 100'000; members *= 10) {
    Register("Members/" + std::to_string(members), [members] { return RunWithMembers(members); });
  }
}

}  // namespace
}  // namespace gateway

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  gateway::RegisterAll();
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
