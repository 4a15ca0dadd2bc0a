// The grammar of google.api.HttpRule's paths, a function for each production:
//
//   Template  = "/" [ Segments [ Verb ] ] ;
//   Segments  = Segment { "/" Segment } ;
//   Segment   = "*" | "**" | LITERAL | Variable ;
//   Variable  = "{" FieldPath [ "=" Segments ] "}" ;
//   FieldPath = IDENT { "." IDENT } ;
//   Verb      = ":" LITERAL ;
//
// LITERAL is what may stand in a path of RFC 3986 except ":" and "*", encoded where it has to be.
// Variables do not nest, `**` is there once at most, and wildcards stand within variables only, but
// for templates that are not sent. `**` need not be last: published APIs have it before literals,
// and a path that is only sent need not be taken apart again.
#include <algorithm>
#include <optional>
#include <utility>

#include "gateway/base/ascii.h"
#include "gateway/transcoding/path_template.h"
#include "gateway/transcoding/percent_encoding.h"

namespace gateway {
namespace {

bool IsIdentifierStart(char c) { return c == '_' || (IsAlphanumeric(c) && !IsDigit(c)); }
bool IsIdentifierPart(char c) { return c == '_' || IsAlphanumeric(c); }

bool IsLiteralCharacter(char c) {
  static constexpr std::string_view kPunctuation = "-._~%!$&'()+,;=@";
  return IsAlphanumeric(c) || kPunctuation.find(c) != std::string_view::npos;
}

}  // namespace

// One use: Parse. The productions return false once error_ is set.
class PathTemplateParser {
 public:
  using Use = PathTemplate::Use;

  PathTemplateParser(std::string_view text, Use use) : text_(text), use_(use) {}

  tl::expected<PathTemplate, std::string> Parse() {
    if (!ParseTemplate()) return tl::unexpected(std::move(error_));
    return std::move(result_);
  }

 private:
  using Segment = PathTemplate::Segment;
  using Variable = PathTemplate::Variable;

  // Template = "/" [ Segments [ Verb ] ] ;
  bool ParseTemplate() {
    if (!Consume('/')) return Fail(at_, "a path must begin with \"/\"");
    result_.after_ = "/";
    if (AtEnd()) return true;
    if (!ParseSegments()) return false;
    if (Next(':') && !ParseVerb()) return false;
    return AtEnd() || Unexpected();
  }

  // Segments = Segment { "/" Segment } ;
  bool ParseSegments() {
    for (;;) {
      if (!ParseSegment()) return false;
      if (!Consume('/')) return true;
      if (variable_ == nullptr) result_.after_ += '/';
    }
  }

  // Segment = "*" | "**" | LITERAL | Variable ;
  bool ParseSegment() {
    if (Next('{')) return ParseVariable();
    if (Next('*')) return ParseWildcard();
    std::string encoded;
    std::string text;
    const std::size_t begin = at_;
    if (!ParseLiteral(encoded, text)) return false;
    if (text == "." || text == "..") {
      return Fail(begin, "a segment must not be \".\" or \"..\", encoded or not");
    }
    if (variable_ == nullptr) {
      result_.after_ += encoded;
    } else {
      variable_->pattern.push_back({Segment::Kind::kLiteral, std::move(encoded), std::move(text)});
    }
    return true;
  }

  // "*" | "**"
  bool ParseWildcard() {
    const std::size_t begin = at_;
    ++at_;
    const bool rest = Consume('*');
    if (variable_ == nullptr && use_ == Use::kSent) {
      return Fail(begin,
                  "a wildcard outside of a variable cannot be sent: no field gives its value");
    }
    if (rest && std::exchange(has_rest_, true)) {
      return Fail(begin, "\"**\" must not be there twice");
    }
    if (variable_ == nullptr) return true;
    variable_->pattern.push_back({rest ? Segment::Kind::kRest : Segment::Kind::kOne, {}, {}});
    return true;
  }

  // Variable = "{" FieldPath [ "=" Segments ] "}" ;
  bool ParseVariable() {
    const std::size_t begin = at_;
    if (variable_ != nullptr) return Fail(begin, "a variable must not stand within another");
    ++at_;
    Variable variable;
    variable_ = &variable;
    if (!ParseFieldPath()) return false;
    const std::size_t pattern_begin = at_ + 1;
    if (!Consume('=')) {
      variable.pattern.push_back({Segment::Kind::kOne, {}, {}});
    } else if (!ParseSegments()) {
      return false;
    } else {
      variable.pattern_text = text_.substr(pattern_begin, at_ - pattern_begin);
    }
    if (!Consume('}')) {
      const bool in_pattern = !AtEnd() && !variable.pattern_text.empty();
      return in_pattern ? Unexpected() : Fail(at_, "a variable must end with \"}\"");
    }
    variable_ = nullptr;
    const bool repeated = std::ranges::any_of(result_.variables_, [&](const Variable& other) {
      return other.field_path == variable.field_path;
    });
    if (repeated) return Fail(begin, "\"" + variable.field_path + "\" is a variable twice");
    variable.before = std::exchange(result_.after_, {});
    result_.variables_.push_back(std::move(variable));
    return true;
  }

  // FieldPath = IDENT { "." IDENT } ;
  bool ParseFieldPath() {
    const std::size_t begin = at_;
    do {
      if (AtEnd() || !IsIdentifierStart(text_[at_])) {
        return Fail(at_, "a variable must be named by a field, or fields with dots between");
      }
      while (!AtEnd() && IsIdentifierPart(text_[at_])) ++at_;
    } while (Consume('.'));
    variable_->field_path = text_.substr(begin, at_ - begin);
    return true;
  }

  // Verb = ":" LITERAL ;
  bool ParseVerb() {
    ++at_;
    std::string encoded;
    std::string text;
    if (!ParseLiteral(encoded, text)) return false;
    result_.after_ += ':';
    result_.after_ += encoded;
    return true;
  }

  bool ParseLiteral(std::string& encoded, std::string& text) {
    const std::size_t begin = at_;
    while (!AtEnd() && IsLiteralCharacter(text_[at_])) ++at_;
    if (at_ == begin) return Unexpected();
    encoded = text_.substr(begin, at_ - begin);
    std::optional<std::string> decoded = PercentDecoded(encoded);
    if (!decoded) {
      return Fail(begin, "a \"%\" must be followed by two hexadecimal digits");
    }
    text = std::move(*decoded);
    return true;
  }

  // No production goes on here: says what is most likely meant.
  bool Unexpected() {
    static constexpr std::string_view kDelimiters = "/:=";
    const char before = text_[at_ - 1];
    const bool delimited = AtEnd() || Next('/') || Next(':') || Next('}');
    if (delimited && kDelimiters.find(before) != std::string_view::npos) {
      return Fail(at_, "a segment or verb must not be empty");
    }
    if (Next(':')) return Fail(at_, "\":\" must only begin the verb, at the end");
    if (Next('/')) return Fail(at_, "nothing must follow the verb");
    if (Next('}')) return Fail(at_, "\"}\" without \"{\"");
    if (Next('*') || Next('{') || before == '}' || before == '*') {
      return Fail(at_, "a wildcard or variable must be a whole segment");
    }
    return Fail(at_, "a path cannot hold this character unless it is percent-encoded");
  }

  bool Fail(std::size_t offset, const std::string& rule) {
    error_ = "path template \"" + std::string(text_) + "\", offset " + std::to_string(offset) +
             ": " + rule;
    return false;
  }

  [[nodiscard]] bool AtEnd() const { return at_ == text_.size(); }
  [[nodiscard]] bool Next(char c) const { return !AtEnd() && text_[at_] == c; }
  bool Consume(char c) {
    if (!Next(c)) return false;
    ++at_;
    return true;
  }

  std::string_view text_;
  Use use_;
  std::size_t at_ = 0;
  PathTemplate result_;
  Variable* variable_ = nullptr;  // The one that is being parsed.
  bool has_rest_ = false;         // There was a `**`.
  std::string error_;
};

tl::expected<PathTemplate, std::string> PathTemplate::Parse(std::string_view text, Use use) {
  return PathTemplateParser(text, use).Parse();
}

}  // namespace gateway
