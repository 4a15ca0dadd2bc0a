// A line with a path template, and a line for each of its values.

#include "gateway/transcoding/path_template.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/fuzz/uri_syntax.h"

namespace gateway {
namespace {

bool IsOneSegment(std::string_view variable) {
  return variable.find('=') == std::string_view::npos || variable.ends_with("=*");
}

// The segments that the path must have: the template's, with values in place of the variables.
std::vector<std::string> ExpectedSegments(std::string_view path_template,
                                          const std::vector<std::string>& values) {
  std::vector<std::string> segments = {""};
  auto value = values.begin();
  for (std::string_view rest = path_template.substr(1); !rest.empty();) {
    const char c = rest.front();
    if (c == '/') {
      segments.emplace_back();
      rest.remove_prefix(1);
    } else if (c != '{') {
      const std::string_view literal = rest.substr(0, rest.find_first_of("/{"));
      segments.back() += UriDecoded(literal).value();
      rest.remove_prefix(literal.size());
    } else if (IsOneSegment(TakeUntil('}', rest))) {
      segments.back() += *value++;
    } else {
      const auto parts = SplitAt('/', *value++);
      segments.back() += parts.front();
      segments.insert(segments.end(), parts.begin() + 1, parts.end());
    }
  }
  return segments;
}

// Of the variables that take one segment: such a value is refused, and no other.
bool HasNoSegment(const std::string& value) {
  return value.empty() || value == "." || value == "..";
}

void Fuzz(std::string_view input) {
  const std::string_view text = TakeUntil('\n', input);
  const auto path_template = PathTemplate::Parse(text);
  if (!path_template) return Expect(!path_template.error().empty(), "a fault says what it is");

  std::vector<std::string> values;
  const std::size_t count = path_template->variables().size();
  for (std::size_t i = 0; i < count; ++i) values.push_back(Unescaped(TakeUntil('\n', input)));
  std::vector<bool> one_segment;
  for (std::size_t at = text.find('{'); at != std::string_view::npos; at = text.find('{', at + 1)) {
    one_segment.push_back(IsOneSegment(text.substr(at, text.find('}', at) - at)));
  }
  Expect(one_segment.size() == count, "each variable is one of the template's");

  const auto path = path_template->Expand(values);
  std::vector<bool> refused(count);
  if (path) {
    Expect(SegmentsOf(*path) == ExpectedSegments(text, values),
           "the segments are the template's and the values'", *path);
  } else {
    for (const auto& refusal : path.error()) refused.at(refusal.variable) = true;
    Expect(!path.error().empty(), "a refusal names a variable");
  }
  for (std::size_t i = 0; i < count; ++i) {
    Expect(!one_segment[i] || refused[i] == HasNoSegment(values[i]),
           "a segment is refused for being none, and for nothing else", values[i]);
  }
}

}  // namespace
}  // namespace gateway

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  gateway::Fuzz(gateway::Text(data, size));
  return 0;
}
