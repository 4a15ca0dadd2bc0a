#include "tests/bench/documents.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <functional>
#include <utility>

namespace gateway {
namespace {

constexpr std::size_t kKilobyte = 1000;
constexpr std::size_t kMegabyte = 1000 * kKilobyte;

/// What varies from document to document, as JSON without the brackets around it.
struct Parts {
  std::string splits = {};
  std::string parse_config = R"("target":"markdown","chunkingStrategy":{"type":"page"})";
  std::string charges =
      R"({"product":"split","unit":"page","quantity":12,"credits":3.25,"pages":[1,2,3,4,5,6,7,8]})";
  std::string metadata = R"("extend:usage_tags":["claims","emea"],"caseId":"C-2024-118")";
};

std::string Run(const Parts& parts) {
  return R"({"object":"split_run","id":"splr_Xj8mK2pL9nR4vT7qY5wZ","status":"PROCESSED",)"
         R"("splitter":{"object":"splitter","id":"spl_H3nB6vC1xZ0aS4dF7gJk",)"
         R"("name":"Claim packets","createdAt":"2024-03-21T16:45:00Z",)"
         R"("updatedAt":"2024-03-21T16:45:00Z"},)"
         R"("splitterVersion":{"object":"splitter_version","id":"splv_Q9wE2rT5yU8iO1pA4sD7",)"
         R"("description":null,"version":"1.0","splitterId":"spl_H3nB6vC1xZ0aS4dF7gJk",)"
         R"("createdAt":"2024-03-21T16:45:00Z"},"output":{"splits":[)" +
         parts.splits +
         R"(],"isExternal":false},"initialOutput":null,"reviewedOutput":null,)"
         R"("failureReason":null,"failureMessage":null,"metadata":{)" +
         parts.metadata +
         R"(},"reviewed":false,"edited":false,)"
         R"("config":{"baseProcessor":"splitting_performance","splitClassifications":[)"
         R"({"id":"invoice","type":"invoice","description":"A bill","identifierKey":"number"},)"
         R"({"id":"other","type":"other","description":"Anything else"}],"parseConfig":{)" +
         parts.parse_config +
         R"(}},"file":{"object":"file","id":"file_M5nB8vC2xZ7aS1dF4gHj","name":"packet.pdf",)"
         R"("type":"PDF","parentFileId":null,"metadata":{"pageCount":12},)"
         R"("createdAt":"2024-03-21T16:44:58.120Z","updatedAt":"2024-03-21T16:44:58.120Z"},)"
         R"("parseRunId":"pr_K1lP4oI7uY0tR3eW6qA9",)"
         R"("dashboardUrl":"https://dashboard.extend.ai/runs/splr_Xj8mK2pL9nR4vT7qY5wZ",)"
         R"("usage":{"credits":3.25,"totalCredits":3.25,"breakdown":[{"object":"split_run",)"
         R"("id":"splr_Xj8mK2pL9nR4vT7qY5wZ","credits":3.25,"charges":[)" +
         parts.charges +
         R"(]}]},"createdAt":"2024-03-21T16:45:00.003Z","updatedAt":"2024-03-21T16:45:31.250Z"})";
}

/// The `number`th split, whose observation ends with `words` (JSON text).
std::string Split(int number, std::string_view words) {
  const std::string n = std::to_string(number);
  const std::string first = std::to_string(2 * number + 1);
  const std::string last = std::to_string(2 * number + 2);
  return R"({"id":"split_Z5wY7qT4vR9nL2pK8mXj)" + n +
         R"(","classificationId":"invoice","type":"invoice",)"
         R"("observation":"The pages carry one invoice number. )" +
         std::string(words) + R"(","identifier":"INV-)" + n + R"(","startPage":)" + first +
         R"(,"endPage":)" + last + R"(,"name":"Invoice )" + n +
         R"(","fileId":"file_M5nB8vC2xZ7aS1dF4gHj"})";
}

/// Elements 0, 1, …, with commas between, until there are so many bytes.
std::string Repeat(std::size_t bytes, const std::function<std::string(int)>& element) {
  std::string list;
  for (int number = 0; list.size() < bytes; ++number) {
    if (number > 0) list += ',';
    list += element(number);
  }
  return list;
}

std::string RepeatText(std::string_view text, int times) {
  std::string repeated;
  for (int i = 0; i < times; ++i) repeated += text;
  return repeated;
}

std::string LongStrings() {
  const std::string words =
      RepeatText("Café Nordpol GmbH charges for the delivery of 24 March, see page 3. ", 240);
  return Run({.splits = Repeat(kMegabyte, [&](int number) { return Split(number, words); })});
}

std::string Escapes() {
  const std::string words =
      RepeatText(R"(\"Total\":\t1\u00a0204,50\u20ac\nC:\\scans\/packet.pdf \ud83d\udcc4\r\n)", 16);
  return Run({.splits = Repeat(kMegabyte, [&](int number) { return Split(number, words); })});
}

/// As deep as a default protobuf decoder allows: an object in an array costs it five levels.
std::string DeepNesting() {
  constexpr int kObjects = 18;
  const std::string block =
      RepeatText(R"({"blocks":[)", kObjects) + R"("text")" + RepeatText("]}", kObjects);
  return Run(
      {.splits = Split(0, ""),
       .parse_config = R"("pages":[)" + Repeat(kMegabyte, [&](int) { return block; }) + "]"});
}

/// As short as it can be without a loss.
std::string Decimal(double number) {
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  return {digits.data(), end};
}

std::string ManyNumbers() {
  const auto charge = [](int number) {
    std::string pages;
    for (int page = 1; page <= 32; ++page) {
      pages += (page > 1 ? "," : "") + std::to_string(32 * number + page);
    }
    return R"({"product":"split","unit":"page","quantity":)" + std::to_string(number) +
           R"(,"credits":)" + Decimal(std::sqrt(number)) + R"(,"pages":[)" + pages + "]}";
  };
  return Run({.splits = Split(0, ""), .charges = Repeat(kMegabyte, charge)});
}

constexpr std::array<std::pair<std::string_view, std::string (*)()>, 6> kDocuments{{
    {"3KB", [] { return RunOfSize(3 * kKilobyte); }},
    {"1MB", [] { return RunOfSize(kMegabyte); }},
    {"LongStrings", LongStrings},
    {"DeepNesting", DeepNesting},
    {"ManyNumbers", ManyNumbers},
    {"Escapes", Escapes},
}};

}  // namespace

std::string RunOfSize(std::size_t bytes) {
  const std::size_t frame = Run({}).size();
  const std::size_t room = std::max(bytes, kSmallestRun) - frame;
  // The last split takes what is left over, which is too little for one more.
  std::string splits;
  int number = 0;
  std::string next = Split(0, "");
  while (splits.size() + 2 * next.size() + 8 < room) {
    splits += next + ',';
    next = Split(++number, "");
  }
  return Run(
      {.splits = splits + Split(number, std::string(room - splits.size() - next.size(), '-'))});
}

std::string RunWithMembers(int members) {
  std::string metadata;
  for (int i = 0; i < members; ++i) {
    const std::string n = std::to_string(i);
    metadata += (i > 0 ? R"(,"key)" : R"("key)") + n + R"(":"value )" + n + '"';
  }
  return Run({.splits = Split(0, ""), .metadata = metadata});
}

std::vector<std::string_view> DocumentNames() {
  std::vector<std::string_view> names;
  for (const auto& [name, make] : kDocuments) names.push_back(name);
  return names;
}

std::optional<std::string> NamedDocument(std::string_view name) {
  for (const auto& [known, make] : kDocuments) {
    if (known == name) return make();
  }
  return std::nullopt;
}

}  // namespace gateway
