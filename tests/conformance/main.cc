// extend-conformance: the testee that protobuf's conformance runner starts. Answers requests on
// standard input until it ends. Exit codes: 0 at the end of input, 1 on a broken request, 2 on
// wrong arguments.

#include <CLI/CLI.hpp>
#include <cstdint>
#include <iostream>
#include <optional>

#include "tests/conformance/testee.h"

namespace gateway {
namespace {

using conformance::ConformanceRequest;
using conformance::ConformanceResponse;

constexpr std::size_t kLengthBytes = 4;
// Of a request; those of the suite have a few KiB, with one of some hundred.
constexpr std::uint32_t kMaxRequestBytes = std::uint32_t{64} << 20;

/// A message's length, little-endian; nullopt at the end of input.
std::optional<std::uint32_t> ReadLength(std::istream& in) {
  std::string bytes(kLengthBytes, '\0');
  if (!in.read(bytes.data(), kLengthBytes)) return std::nullopt;
  std::uint32_t length = 0;
  for (std::size_t i = 0; i < kLengthBytes; ++i) {
    length |= std::uint32_t{static_cast<std::uint8_t>(bytes[i])} << 8 * i;
  }
  return length;
}

bool ReadRequest(std::istream& in, std::uint32_t length, ConformanceRequest* request) {
  if (length > kMaxRequestBytes) return false;
  std::string bytes(length, '\0');
  return in.read(bytes.data(), length) && request->ParseFromString(bytes);
}

void Write(const ConformanceResponse& response, std::ostream& out) {
  const std::string bytes = response.SerializeAsString();
  for (std::size_t i = 0; i < kLengthBytes; ++i) out.put(static_cast<char>(bytes.size() >> 8 * i));
  out << bytes << std::flush;
}

int Serve(Testee testee, std::istream& in, std::ostream& out) {
  while (const auto length = ReadLength(in)) {
    ConformanceRequest request;
    if (!ReadRequest(in, *length, &request)) {
      std::cerr << "a request of " << *length << " bytes is cut short, too long or no request\n";
      return 1;
    }
    Write(testee.Answer(request), out);
  }
  return 0;
}

int Run(int argc, char** argv) {
  CLI::App app("The testee for protobuf's conformance runner", "extend-conformance");
  std::vector<std::string> sets;
  app.add_option("--descriptor-set", sets, "FileDescriptorSet with the messages of the tests")
      ->required();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  const auto source = DescriptorSource::Load(sets);
  if (!source->errors().empty()) {
    for (const std::string& error : source->errors()) std::cerr << error << "\n";
    return 2;
  }
  return Serve(Testee(*source), std::cin, std::cout);
}

}  // namespace
}  // namespace gateway

int main(int argc, char** argv) { return gateway::Run(argc, argv); }
