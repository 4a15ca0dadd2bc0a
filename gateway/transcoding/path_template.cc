#include "gateway/transcoding/path_template.h"

#include <algorithm>

#include "gateway/transcoding/percent_encoding.h"

// The grammar and its parser are in path_template_parser.cc.

namespace gateway {
namespace {

bool IsDotSegment(std::string_view segment) { return segment == "." || segment == ".."; }

std::vector<std::string_view> Split(std::string_view value) {
  std::vector<std::string_view> segments;
  for (std::size_t begin = 0;;) {
    const std::size_t slash = value.find('/', begin);
    segments.push_back(value.substr(begin, slash - begin));
    if (slash == std::string_view::npos) return segments;
    begin = slash + 1;
  }
}

}  // namespace

std::vector<std::string> PathTemplate::variables() const {
  std::vector<std::string> field_paths;
  field_paths.reserve(variables_.size());
  for (const Variable& variable : variables_) field_paths.push_back(variable.field_path);
  return field_paths;
}

tl::expected<std::string, std::vector<PathTemplate::Refusal>> PathTemplate::Expand(
    const std::vector<std::string>& values) const {
  std::string path;
  std::size_t usual_size = after_.size();
  for (std::size_t i = 0; i < variables_.size(); ++i) {
    usual_size += variables_[i].before.size() + values[i].size();
  }
  path.reserve(usual_size);
  std::vector<Refusal> refusals;
  for (std::size_t i = 0; i < variables_.size(); ++i) {
    path += variables_[i].before;
    std::string broken_rule = variables_[i].Append(values[i], path);
    if (!broken_rule.empty()) refusals.push_back({i, std::move(broken_rule)});
  }
  if (!refusals.empty()) return tl::unexpected(std::move(refusals));
  path += after_;
  return path;
}

bool PathTemplate::Variable::IsOneSegment() const {
  return pattern.size() == 1 && pattern.front().kind == Segment::Kind::kOne;
}

std::string PathTemplate::Variable::Append(std::string_view value, std::string& path) const {
  if (!IsOneSegment()) return AppendSegments(value, path);
  if (value.empty()) return "must not be empty";
  // Not even encoded: servers and proxies decode dots, then drop such segments.
  if (IsDotSegment(value)) return "must not be \".\" or \"..\"";
  AppendPercentEncoded(value, path);
  return {};
}

std::string PathTemplate::Variable::AppendSegments(std::string_view value,
                                                   std::string& path) const {
  const std::vector<std::string_view> segments = Split(value);
  if (std::ranges::any_of(segments, &std::string_view::empty)) {
    return "must match \"" + pattern_text + "\" without an empty segment";
  }
  if (std::ranges::any_of(segments, IsDotSegment)) {
    return "must not have a segment \".\" or \"..\"";
  }
  const auto rest = static_cast<std::size_t>(
      std::ranges::find(pattern, Segment::Kind::kRest, &Segment::kind) - pattern.begin());
  const bool has_rest = rest < pattern.size();
  bool matches = has_rest ? segments.size() >= pattern.size() : segments.size() == pattern.size();
  // Those that `**` takes beyond one.
  const std::size_t more = matches ? segments.size() - pattern.size() : 0;
  for (std::size_t i = 0; matches && i < segments.size(); ++i) {
    const Segment& expected = pattern[i <= rest ? i : std::max(rest, i - std::min(i, more))];
    if (i > 0) path += '/';
    if (expected.kind == Segment::Kind::kLiteral) {
      matches = segments[i] == expected.text;
      path += expected.encoded;
    } else {
      AppendPercentEncoded(segments[i], path);
    }
  }
  return matches ? std::string() : "must match \"" + pattern_text + "\"";
}

}  // namespace gateway
