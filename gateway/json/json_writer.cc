#include "gateway/json/json_writer.h"

#include <absl/strings/escaping.h>

#include <algorithm>
#include <map>
#include <memory>
#include <span>
#include <utility>

#include "gateway/json/field_value.h"
#include "gateway/json/json_error.h"
#include "gateway/json/well_known.h"

namespace gateway {
namespace {

namespace pb = google::protobuf;

// The most messages in one another. Decoders do not let a request nest deeper, except for messages
// in Any in Any, which are bytes to them.
constexpr std::size_t kMaxLevels = 101;

constexpr std::string_view kHex = "0123456789abcdef";

bool MustBeEscaped(char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; }

void AppendEscaped(char c, std::string* json) {
  constexpr std::string_view kShort = "\"\\\b\f\n\r\t";
  constexpr std::string_view kLetters = "\"\\bfnrt";
  *json += '\\';
  if (const std::size_t at = kShort.find(c); at != std::string_view::npos) {
    *json += kLetters[at];
  } else {
    const auto code = static_cast<unsigned char>(c);
    *json += "u00";
    *json += kHex[code >> 4];
    *json += kHex[code & 0xF];
  }
}

// In quotes, with what must be escaped escaped. `text` is UTF-8.
void AppendJsonString(std::string_view text, std::string* json) {
  *json += '"';
  std::size_t copied = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!MustBeEscaped(text[i])) continue;
    json->append(text, copied, i - copied);
    AppendEscaped(text[i], json);
    copied = i + 1;
  }
  json->append(text, copied);
  *json += '"';
}

class JsonWriter {
 public:
  /// What is left of the omitted paths below a message.
  using Omitted = std::vector<std::span<const pb::FieldDescriptor* const>>;

  explicit JsonWriter(const JsonTables& tables) : tables_(tables) {}

  bool Message(const pb::Message& message, const Omitted& omitted);
  /// The value alone; errors name the field.
  bool NamedField(const pb::Message& message, const pb::FieldDescriptor& field,
                  const Omitted& omitted);

  tl::expected<std::string, JsonError> Finish(bool written) {
    if (written) return std::move(json_);
    return tl::unexpected(std::move(error_));
  }

 private:
  bool Form(const pb::Message& message, const Omitted& omitted);
  bool Members(const pb::Message& message, const Omitted& omitted);
  bool Field(const pb::Message& message, const pb::FieldDescriptor& field, const Omitted& omitted);
  bool Repeated(const pb::Message& message, const pb::FieldDescriptor& field);
  bool Map(const pb::Message& message, const pb::FieldDescriptor& field);
  bool Single(const FieldValue& value, const Omitted& omitted = {});
  bool Any(const pb::Message& any);
  bool Value(const pb::Message& value);
  bool String(std::string_view text);

  const JsonTables& tables_;
  std::string json_;
  JsonError error_;
  std::size_t level_ = 0;
};

const pb::FieldDescriptor& FieldOf(const pb::Message& message, int number) {
  return *message.GetDescriptor()->FindFieldByNumber(number);
}

// The omitted paths that go through `field`, without it. An empty one among them: the field itself.
JsonWriter::Omitted Below(const JsonWriter::Omitted& omitted, const pb::FieldDescriptor& field) {
  JsonWriter::Omitted below;
  for (const auto& path : omitted) {
    if (path.front() == &field) below.push_back(path.subspan(1));
  }
  return below;
}

bool JsonWriter::Message(const pb::Message& message, const Omitted& omitted) {
  if (level_ == kMaxLevels) {
    return error_.Set("nests deeper than " + std::to_string(kMaxLevels) + " messages");
  }
  ++level_;
  const bool written = Form(message, omitted);
  --level_;
  return written;
}

bool JsonWriter::Form(const pb::Message& message, const Omitted& omitted) {
  std::string text;
  switch (WellKnownType(*message.GetDescriptor())) {
    case WellKnown::kNone:
      json_ += '{';
      if (!Members(message, omitted)) return false;
      json_ += '}';
      return true;
    case WellKnown::kAny:
      return Any(message);
    case WellKnown::kListValue:
      return Repeated(message, FieldOf(message, 1));
    case WellKnown::kStruct:
      return Map(message, FieldOf(message, 1));
    case WellKnown::kValue:
      return Value(message);
    case WellKnown::kWrapper:
      return Single(FieldValue::Wrapped(message));
    case WellKnown::kDuration:
    case WellKnown::kFieldMask:
    case WellKnown::kTimestamp:
      return WellKnownToText(message, &text, &error_) && String(text);
  }
  return false;
}

bool JsonWriter::Members(const pb::Message& message, const Omitted& omitted) {
  std::vector<const pb::FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  for (const pb::FieldDescriptor* field : fields) {
    const Omitted below = Below(omitted, *field);
    if (std::ranges::any_of(below, [](const auto& path) { return path.empty(); })) {
      continue;
    }
    if (!json_.ends_with('{')) json_ += ',';
    AppendJsonString(JsonName(*field), &json_);
    json_ += ':';
    if (!NamedField(message, *field, below)) return false;
  }
  return true;
}

bool JsonWriter::NamedField(const pb::Message& message, const pb::FieldDescriptor& field,
                            const Omitted& omitted) {
  return Field(message, field, omitted) || error_.In(field);
}

bool JsonWriter::Field(const pb::Message& message, const pb::FieldDescriptor& field,
                       const Omitted& omitted) {
  if (field.is_map()) return Map(message, field);
  if (field.is_repeated()) return Repeated(message, field);
  return Single({message, field}, omitted);
}

bool JsonWriter::Repeated(const pb::Message& message, const pb::FieldDescriptor& field) {
  const int size = message.GetReflection()->FieldSize(message, &field);
  json_ += '[';
  for (int i = 0; i < size; ++i) {
    if (i > 0) json_ += ',';
    if (!Single({message, field, i})) return error_.In(static_cast<std::size_t>(i));
  }
  json_ += ']';
  return true;
}

bool JsonWriter::Map(const pb::Message& message, const pb::FieldDescriptor& field) {
  const int size = message.GetReflection()->FieldSize(message, &field);
  // In an order that does not change from call to call, and with the last entry of each key: a
  // message that is not generated keeps all that it has parsed.
  std::map<std::string, const pb::Message*> entries;
  for (int i = 0; i < size; ++i) {
    const pb::Message& entry = FieldValue{message, field, i}.Nested();
    const FieldValue key{entry, FieldOf(entry, 1)};
    std::string scratch;
    const bool is_text = key.field.type() == pb::FieldDescriptor::TYPE_STRING;
    entries.insert_or_assign(is_text ? key.Text(&scratch) : key.ScalarText(tables_), &entry);
  }
  json_ += '{';
  std::size_t position = 0;
  for (const auto& [key, entry] : entries) {
    if (position > 0) json_ += ',';
    // By position, as keys are data.
    if (!String(key)) return error_.In(position);
    json_ += ':';
    if (!Single({*entry, FieldOf(*entry, 2)})) return error_.In(position);
    ++position;
  }
  json_ += '}';
  return true;
}

bool JsonWriter::Single(const FieldValue& value, const Omitted& omitted) {
  std::string scratch;
  switch (value.field.type()) {
    case pb::FieldDescriptor::TYPE_MESSAGE:
    case pb::FieldDescriptor::TYPE_GROUP:
      return Message(value.Nested(), omitted);
    case pb::FieldDescriptor::TYPE_STRING:
      return String(value.Text(&scratch));
    case pb::FieldDescriptor::TYPE_BYTES:
      return String(absl::Base64Escape(value.Text(&scratch)));
    default:
      break;
  }
  if (IsNullValue(value.field)) {
    json_ += "null";
  } else if (value.IsQuoted()) {
    return String(value.ScalarText(tables_));
  } else {
    json_ += value.ScalarText(tables_);
  }
  return true;
}

bool JsonWriter::Any(const pb::Message& any) {
  std::string url_scratch;
  std::string scratch;
  const std::string& url = FieldValue{any, FieldOf(any, 1)}.Text(&url_scratch);
  const std::string& bytes = FieldValue{any, FieldOf(any, 2)}.Text(&scratch);
  if (url.empty() && bytes.empty()) {
    json_ += "{}";
    return true;
  }
  const pb::Descriptor* const type = tables_.FindAnyType(url);
  if (type == nullptr) return error_.Set("an Any of a type that is not known");
  const std::unique_ptr<pb::Message> content(
      any.GetReflection()->GetMessageFactory()->GetPrototype(type)->New());
  if (!content->ParsePartialFromString(bytes)) {
    return error_.Set("an Any whose value is no " + std::string(type->full_name()));
  }
  json_ += R"({"@type":)";
  if (!String(url)) return false;
  if (WellKnownType(*type) == WellKnown::kNone) {
    if (!Members(*content, {})) return false;
  } else {
    json_ += R"(,"value":)";
    if (!Message(*content, {})) return error_.In("value");
  }
  json_ += '}';
  return true;
}

bool JsonWriter::Value(const pb::Message& value) {
  const pb::FieldDescriptor* const kind =
      value.GetReflection()->GetOneofFieldDescriptor(value, value.GetDescriptor()->oneof_decl(0));
  if (kind == nullptr) return error_.Set("a Value without a kind");
  const FieldValue content{value, *kind};
  if (kind->type() == pb::FieldDescriptor::TYPE_DOUBLE && content.IsQuoted()) {
    return error_.Set("a Value that is no finite number");
  }
  return Single(content);
}

bool JsonWriter::String(std::string_view text) {
  if (!IsUtf8(text)) return error_.Set("invalid UTF-8");
  AppendJsonString(text, &json_);
  return true;
}

// What stands for an unset message where there must be something.
std::string UnsetJson(const pb::FieldDescriptor& field) {
  switch (WellKnownType(*field.message_type())) {
    case WellKnown::kNone:
    case WellKnown::kAny:
    case WellKnown::kStruct:
      return "{}";
    case WellKnown::kListValue:
      return "[]";
    default:
      return "null";
  }
}

}  // namespace

tl::expected<std::string, JsonError> WriteJson(const pb::Message& message, const JsonTables& tables,
                                               const std::vector<FieldPath>& omitted) {
  JsonWriter::Omitted paths;
  for (const FieldPath& path : omitted) paths.emplace_back(path.fields());
  JsonWriter writer(tables);
  const bool written = writer.Message(message, paths);
  return writer.Finish(written);
}

tl::expected<std::string, JsonError> WriteJsonField(const pb::Message& message,
                                                    const pb::FieldDescriptor& field,
                                                    const JsonTables& tables) {
  const bool is_message = field.message_type() != nullptr && !field.is_repeated();
  if (is_message && !message.GetReflection()->HasField(message, &field)) return UnsetJson(field);
  JsonWriter writer(tables);
  const bool written = writer.NamedField(message, field, {});
  return writer.Finish(written);
}

}  // namespace gateway
