#include "gateway/json/json_reader.h"

#include <absl/synchronization/mutex.h>

#include <vector>

#include "gateway/json/json_document.h"
#include "gateway/json/json_error.h"
#include "gateway/json/json_name.h"
#include "gateway/json/json_tables.h"
#include "gateway/json/json_walk.h"
#include "gateway/json/wire_buffer.h"

namespace gateway {
namespace {

namespace pb = google::protobuf;
using Duplicates = JsonReadOptions::Duplicates;

// Documents up to this length leave their memory to the next: simdjson takes about 15 bytes for
// each byte of JSON, most of it never touched.
constexpr std::size_t kRetainedJsonBytes = std::size_t{2} << 20;

// What a thread keeps between documents.
struct Scratch {
  JsonDocument document;
  WireBuffer wire;

  void Shrink() {
    document.Shrink(kRetainedJsonBytes);
    wire.Shrink();
  }
};

Scratch& ThreadScratch() {
  thread_local Scratch scratch;
  return scratch;
}

// The types that Any values name: unlike all others they are known only from the documents, so that
// they are compiled when they are first met.
class AnyTypes {
 public:
  explicit AnyTypes(const pb::DescriptorPool& pool) : pool_(pool) {}

  const MessageTable* Find(std::string_view name) {
    const pb::Descriptor* const type = pool_.FindMessageTypeByName(std::string(name));
    if (type == nullptr) return nullptr;
    const absl::MutexLock lock(&mutex_);
    return &tables_.Compile(*type);
  }

 private:
  const pb::DescriptorPool& pool_;
  absl::Mutex mutex_;
  TableSet tables_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

class JsonReader::Impl {
 public:
  Impl(const pb::Descriptor& message, const pb::FieldDescriptor* field)
      : message_(tables_.Compile(message)),
        field_(field == nullptr ? nullptr
                                : &message_.fields[static_cast<std::size_t>(field->index())]),
        any_types_(*message.file()->pool()) {}

  // `owned`: the same text, to be freed as soon as it may be; or null.
  Result<std::string> Read(const std::string& json, std::string* owned,
                           const JsonReadOptions& options) const {
    Scratch& scratch = ThreadScratch();
    std::vector<const pb::EnumDescriptor*> unknown_enums;
    JsonError fault;
    const bool read = ReadInto(json, owned, options, &scratch, &unknown_enums, &fault);
    Result<std::string> wire;
    if (read) {
      wire = scratch.wire.Finish();
    } else {
      wire = tl::unexpected(fault.ToStatus());
    }
    scratch.Shrink();
    if (read && options.on_unknown_enum) {
      for (const pb::EnumDescriptor* type : unknown_enums) options.on_unknown_enum(*type);
    }
    return wire;
  }

 private:
  bool ReadInto(const std::string& json, std::string* owned, const JsonReadOptions& options,
                Scratch* scratch, std::vector<const pb::EnumDescriptor*>* unknown_enums,
                JsonError* fault) const {
    JsonDocument& document = scratch->document;
    JsonWalk::Setting setting{
        .unknown = options.unknown,
        .find_any_type = [this](std::string_view type) { return any_types_.Find(type); }};
    if (!document.Parse(json, fault)) return false;
    const std::size_t length = json.size();
    // The document has copied what it holds, unless it is to be parsed again.
    if (owned != nullptr && length > kRetainedJsonBytes && !MayHaveNegativeZero(json)) {
      std::string().swap(*owned);
    }
    for (;;) {
      setting.is_rewritten = document.is_rewritten();
      scratch->wire.Clear(length);  // Wire bytes are rarely longer.
      JsonWalk walk(setting, &scratch->wire, fault);
      const bool done = field_ == nullptr ? walk.ReadMessage(message_, document.root())
                                          : ReadFieldAlone(&walk, document.root(), fault);
      if (!done && !setting.has_duplicates && options.duplicates == Duplicates::kLastWins) {
        setting.has_duplicates = true;
      } else if (done && walk.saw_whole_zero() && !document.is_rewritten() &&
                 MayHaveNegativeZero(json)) {
        if (!document.ParseRewritten(json, fault)) return false;
      } else {
        *unknown_enums = walk.unknown_enums();
        return done;
      }
    }
  }

  bool ReadFieldAlone(JsonWalk* walk, simdjson::dom::element value, JsonError* fault) const {
    const bool is_unset =
        value.is_null() && !(field_->takes_null && field_->shape == FieldTable::Shape::kSingular);
    return is_unset || walk->ReadField(*field_, value) || fault->In(JsonName(*field_->descriptor));
  }

  TableSet tables_;
  const MessageTable& message_;
  const FieldTable* field_;  // null: the whole message
  mutable AnyTypes any_types_;
};

JsonReader::JsonReader(const pb::Descriptor* message)
    : impl_(std::make_unique<Impl>(*message, nullptr)) {}
JsonReader::JsonReader(const pb::FieldDescriptor* field)
    : impl_(std::make_unique<Impl>(*field->containing_type(), field)) {}
JsonReader::~JsonReader() = default;
JsonReader::JsonReader(JsonReader&&) noexcept = default;
JsonReader& JsonReader::operator=(JsonReader&&) noexcept = default;

Result<std::string> JsonReader::Read(const std::string& json,
                                     const JsonReadOptions& options) const {
  return impl_->Read(json, nullptr, options);
}

Result<std::string> JsonReader::ReadAndFree(std::string& json,
                                            const JsonReadOptions& options) const {
  return impl_->Read(json, &json, options);
}

}  // namespace gateway
