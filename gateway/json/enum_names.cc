#include "gateway/json/enum_names.h"

#include "gateway/base/ascii.h"
#include "gateway/v1/annotations.pb.h"

namespace gateway {
namespace {

namespace pb = google::protobuf;

constexpr const char* kAnnotationsFile = "gateway/v1/annotations.proto";

bool ImportsAnnotations(const pb::FileDescriptor& file) {
  for (int i = 0; i < file.dependency_count(); ++i) {
    if (file.dependency(i)->name() == kAnnotationsFile) return true;
  }
  return false;
}

// RunStatus → RUN_STATUS_, HTTPVersion → HTTP_VERSION_: a word begins at an upper-case letter after
// a lower-case one or a digit, and at the last of several upper-case letters before a lower-case
// one.
std::string Prefix(std::string_view type) {
  std::string prefix;
  for (std::size_t i = 0; i < type.size(); ++i) {
    const bool begins_word =
        i > 0 && IsUpper(type[i]) && type[i - 1] != '_' &&
        (!IsUpper(type[i - 1]) || (i + 1 < type.size() && IsLower(type[i + 1])));
    if (begins_word) prefix += '_';
    prefix += ToUpper(type[i]);
  }
  return prefix + '_';
}

// Empty where the prefix is absent, or where what follows is no identifier of its own.
std::string WithoutPrefix(const pb::EnumValueDescriptor& value) {
  const std::string prefix = Prefix(value.type()->name());
  if (!value.name().starts_with(prefix)) return {};
  std::string stripped(value.name().substr(prefix.size()));
  return stripped.empty() || IsDigit(stripped.front()) ? std::string() : stripped;
}

std::string FullName(const pb::EnumValueDescriptor& value) { return std::string(value.name()); }

std::string AnnotatedName(const pb::EnumValueDescriptor& value) {
  return value.options().GetExtension(v1::json_name);
}

// `read`: all spellings of the type.
std::string WrittenName(const pb::EnumValueDescriptor& value,
                        const std::unordered_map<std::string, int>& read) {
  const pb::EnumValueDescriptor& first = *value.type()->FindValueByNumber(value.number());
  if (std::string annotated = AnnotatedName(first); !annotated.empty()) return annotated;
  if (!ImportsAnnotations(*first.file())) return FullName(first);
  const std::string stripped = WithoutPrefix(first);
  // Where another value claims the short spelling, only the full name reads back as this one.
  const bool is_ambiguous = !stripped.empty() && read.at(stripped) != first.number();
  return stripped.empty() || is_ambiguous ? FullName(first) : stripped;
}

}  // namespace

std::string EnumJsonName(const pb::EnumValueDescriptor& value) {
  return WrittenName(value, EnumJsonNames(*value.type()));
}

std::unordered_map<std::string, int> EnumJsonNames(const pb::EnumDescriptor& type) {
  std::unordered_map<std::string, int> names;
  // In order of precedence, as emplace keeps what is there.
  for (const auto spelling : {AnnotatedName, FullName, WithoutPrefix}) {
    for (int i = 0; i < type.value_count(); ++i) {
      const pb::EnumValueDescriptor& value = *type.value(i);
      std::string name = spelling(value);
      if (!name.empty()) names.emplace(std::move(name), value.number());
    }
  }
  return names;
}

std::unordered_map<int, std::string> WrittenEnumNames(const pb::EnumDescriptor& type) {
  const auto read = EnumJsonNames(type);
  std::unordered_map<int, std::string> written;
  for (int i = 0; i < type.value_count(); ++i) {
    const pb::EnumValueDescriptor& value = *type.value(i);
    if (!written.contains(value.number())) {
      written.emplace(value.number(), WrittenName(value, read));
    }
  }
  return written;
}

}  // namespace gateway
