// The path of a google.api.HttpRule, e.g. `/v1/{name=shelves/*}/books/{book.id}:move`.
//
// Parsed once at start, then const and thread-safe. It knows nothing of messages: request_binding
// turns its variables into fields and gives the fields' plain texts.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/result.h"

namespace gateway {

class PathTemplate {
 public:
  /// What a template is for. One that is sent needs a value for each wildcard, so that a wildcard
  /// outside of a variable is an error.
  enum class Use { kSent, kOnlyChecked };

  /// The error is a sentence that names the template, the offset in it and the rule.
  static tl::expected<PathTemplate, std::string> Parse(std::string_view text, Use use = Use::kSent);

  /// The variables' field paths, in the order of the template, without duplicates.
  [[nodiscard]] std::vector<std::string> variables() const;

  /// Why a variable cannot have the value that it was given. Never quotes the value.
  struct Refusal {
    std::size_t variable;  ///< Index in variables().
    std::string rule;
  };

  /// The encoded path. `values`: one plain text for each of variables(). All refusals at once.
  [[nodiscard]] tl::expected<std::string, std::vector<Refusal>> Expand(
      const std::vector<std::string>& values) const;

 private:
  friend class PathTemplateParser;

  struct Segment {
    enum class Kind { kLiteral, kOne, kRest };
    Kind kind;
    std::string encoded;  ///< A literal as the template has it.
    std::string text;     ///< A literal decoded, as values have it.
  };
  struct Variable {
    std::string before;  ///< The encoded path between the variable before and this one.
    std::string field_path;
    std::vector<Segment> pattern;
    std::string pattern_text;

    [[nodiscard]] bool IsOneSegment() const;
    /// Appends the encoded value, or returns the rule that it breaks.
    [[nodiscard]] std::string Append(std::string_view value, std::string& path) const;
    [[nodiscard]] std::string AppendSegments(std::string_view value, std::string& path) const;
  };

  std::vector<Variable> variables_;
  std::string after_;  ///< The encoded path behind the last variable, with the verb.
};

}  // namespace gateway
