#include "gateway/transcoding/query_binding.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "gateway/json/field_value.h"
#include "gateway/transcoding/percent_encoding.h"

namespace gateway {
namespace {

namespace pb = google::protobuf;

// Why the field cannot stand in a query; empty if it can.
std::string ReasonAgainst(const pb::FieldDescriptor& field) {
  static constexpr std::array<std::string_view, 4> kFreeForm = {
      "google.protobuf.Struct", "google.protobuf.Value", "google.protobuf.ListValue",
      "google.protobuf.Any"};
  if (field.is_map()) return "a map";
  if (field.message_type() == nullptr || HasPlainText(field)) return {};
  if (field.is_repeated()) return "a repeated message";
  const std::string type(field.message_type()->full_name());
  return std::ranges::find(kFreeForm, type) == kFreeForm.end() ? "" : "a " + type;
}

std::string Joined(const std::vector<const pb::FieldDescriptor*>& path) {
  std::string text;
  for (const pb::FieldDescriptor* field : path) {
    if (!text.empty()) text += '.';
    text += field->name();
  }
  return text;
}

}  // namespace

// The fields of one message type.
struct QueryBinding::Level {
  struct Parameter {
    const pb::FieldDescriptor* field;
    std::string name;     // JSON name, encoded.
    const Level* nested;  // The fields of a message; null for what has a plain text.
  };
  std::vector<Parameter> parameters;
};

// Compiles levels: one for each message type, and one more for each message of which a part lies in
// path or body.
class QueryCompiler {
 public:
  using Level = QueryBinding::Level;
  // The paths that lie within the message, and how many of their fields lead to it.
  struct Elsewhere {
    std::vector<const FieldPath*> paths;
    std::size_t depth = 0;
  };

  const Level* Compile(const pb::Descriptor& message, const Elsewhere& elsewhere) {
    if (elsewhere.paths.empty()) {
      const auto known = whole_.find(&message);
      if (known != whole_.end()) return known->second;
    }
    Level* const level = result_.levels_.emplace_back(std::make_unique<Level>()).get();
    if (elsewhere.paths.empty()) whole_.emplace(&message, level);
    for (int i = 0; i < message.field_count(); ++i) Add(*message.field(i), elsewhere, *level);
    return level;
  }

  QueryBinding result_;
  Errors errors_;

 private:
  void Add(const pb::FieldDescriptor& field, const Elsewhere& elsewhere, Level& level) {
    Elsewhere within{.paths = {}, .depth = elsewhere.depth + 1};
    for (const FieldPath* path : elsewhere.paths) {
      if (path->fields()[elsewhere.depth] != &field) continue;
      if (path->fields().size() == within.depth) return;
      within.paths.push_back(path);
    }
    path_.push_back(&field);
    const std::string reason = ReasonAgainst(field);
    if (!reason.empty()) {
      errors_.push_back("field \"" + Joined(path_) + "\" would be a query parameter, which " +
                        reason + " cannot be");
    } else {
      const bool is_message = field.message_type() != nullptr && !HasPlainText(field);
      std::string name;
      AppendPercentEncoded(field.json_name(), name);
      level.parameters.push_back(
          {&field, std::move(name), is_message ? Compile(*field.message_type(), within) : nullptr});
    }
    path_.pop_back();
  }

  std::unordered_map<const pb::Descriptor*, const Level*> whole_;
  std::vector<const pb::FieldDescriptor*> path_;
};

// Writes one query.
class QueryWriter {
 public:
  using Level = QueryBinding::Level;

  QueryWriter(const JsonTables& tables, std::size_t max_bytes, std::string& url,
              ArgumentViolations& violations)
      : tables_(tables), max_bytes_(max_bytes), url_(url), violations_(violations) {}

  void Write(const Level& level, const pb::Message& message) {
    if (path_.size() > QueryBinding::kMaxDepth) {
      violations_.Add(
          path_.front()->name(),
          "must not nest deeper than " + std::to_string(QueryBinding::kMaxDepth) + " messages");
      return;
    }
    const pb::Reflection& reflection = *message.GetReflection();
    for (const Level::Parameter& parameter : level.parameters) {
      const pb::FieldDescriptor& field = *parameter.field;
      path_.push_back(&field);
      if (field.is_repeated()) {
        const int size = reflection.FieldSize(message, &field);
        for (int i = 0; i < size && url_.size() <= max_bytes_; ++i) {
          WriteValue(parameter.name, message, i);
        }
      } else if (reflection.HasField(message, &field)) {
        WriteSet(parameter, message);
      }
      path_.pop_back();
    }
  }

 private:
  void WriteSet(const Level::Parameter& parameter, const pb::Message& message) {
    if (parameter.nested == nullptr) return WriteValue(parameter.name, message, -1);
    const std::size_t prefix_size = prefix_.size();
    prefix_ += parameter.name;
    prefix_ += '.';
    Write(*parameter.nested, message.GetReflection()->GetMessage(message, parameter.field));
    prefix_.resize(prefix_size);
  }

  void WriteValue(const std::string& name, const pb::Message& message, int index) {
    const auto text = WritePlainText(message, *path_.back(), tables_, index);
    if (!text) return violations_.Add(Joined(path_), text.error().rule());
    url_ += separator_;
    separator_ = '&';
    url_ += prefix_;
    url_ += name;
    url_ += '=';
    AppendPercentEncoded(*text, url_);
  }

  const JsonTables& tables_;
  const std::size_t max_bytes_;
  std::string& url_;
  ArgumentViolations& violations_;
  char separator_ = '?';
  std::string prefix_;                            // Encoded JSON names, each with a dot behind.
  std::vector<const pb::FieldDescriptor*> path_;  // For violations.
};

QueryBinding::QueryBinding() = default;
QueryBinding::~QueryBinding() = default;
QueryBinding::QueryBinding(QueryBinding&&) noexcept = default;
QueryBinding& QueryBinding::operator=(QueryBinding&&) noexcept = default;

tl::expected<QueryBinding, Errors> QueryBinding::Compile(const pb::Descriptor& request,
                                                         const std::vector<FieldPath>& elsewhere,
                                                         const JsonTables& tables) {
  QueryCompiler compiler;
  QueryCompiler::Elsewhere all;
  for (const FieldPath& path : elsewhere) all.paths.push_back(&path);
  compiler.Compile(request, all);
  if (!compiler.errors_.empty()) return tl::unexpected(std::move(compiler.errors_));
  compiler.result_.tables_ = &tables;
  return std::move(compiler.result_);
}

void QueryBinding::Append(const pb::Message& request, std::size_t max_bytes, std::string& url,
                          ArgumentViolations& violations) const {
  if (levels_.empty()) return;
  QueryWriter(*tables_, max_bytes, url, violations).Write(*levels_.front(), request);
}

}  // namespace gateway
