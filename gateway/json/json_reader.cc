#include "gateway/json/json_reader.h"

#include <fmt/format.h>

#include <vector>

#include "gateway/json/json_document.h"
#include "gateway/json/json_repair.h"
#include "gateway/json/json_walk.h"
#include "gateway/json/wire_buffer.h"

namespace gateway {
namespace {

namespace pb = google::protobuf;
using Duplicates = JsonReadOptions::Duplicates;

// Documents up to this length leave their memory to the next: simdjson takes about 15 bytes for
// each byte of JSON, most of it never touched.
constexpr std::size_t kRetainedJsonBytes = std::size_t{2} << 20;

bool ReadFieldAlone(const FieldTable& field, simdjson::dom::element value, JsonWalk* walk,
                    JsonError* error) {
  const bool is_unset =
      value.is_null() && !(field.takes_null && field.shape == FieldTable::Shape::kSingular);
  return is_unset || walk->ReadField(field, value) || error->In(*field.descriptor);
}

}  // namespace

// What a thread keeps between documents.
struct JsonReader::Scratch {
  JsonDocument document;
  WireBuffer wire;

  void Shrink() {
    document.Shrink(kRetainedJsonBytes);
    wire.Shrink();
  }
};

// What was unknown in a document.
struct JsonReader::Dropped {
  std::vector<const pb::EnumDescriptor*> enums;
  std::size_t anys = 0;
};

JsonReader::Scratch& JsonReader::ThreadScratch() {
  thread_local Scratch scratch;
  return scratch;
}

JsonReader::JsonReader(const pb::Descriptor& message, const JsonTables& tables)
    : tables_(&tables), message_(&tables.MessageOf(message)), field_(nullptr) {}

JsonReader::JsonReader(const pb::FieldDescriptor& field, const JsonTables& tables)
    : tables_(&tables),
      message_(&tables.MessageOf(*field.containing_type())),
      field_(&message_->fields[static_cast<std::size_t>(field.index())]) {}

Result<std::string> JsonReader::Read(const std::string& json,
                                     const JsonReadOptions& options) const {
  return ReadText(json, nullptr, options);
}

Result<std::string> JsonReader::ReadAndFree(std::string& json,
                                            const JsonReadOptions& options) const {
  return ReadText(json, &json, options);
}

// `owned`: the same text, to be freed as soon as it may be; or null.
Result<std::string> JsonReader::ReadText(const std::string& json, std::string* owned,
                                         const JsonReadOptions& options) const {
  Scratch& scratch = ThreadScratch();
  Dropped dropped;
  JsonError error;
  const bool read = ReadInto(json, owned, options, &scratch, &dropped, &error);
  Result<std::string> wire;
  if (read) {
    wire = scratch.wire.Finish();
  } else {
    wire = tl::unexpected(error.ToStatus());
  }
  scratch.Shrink();
  if (!read) return wire;
  for (const pb::EnumDescriptor* type : dropped.enums) {
    if (options.on_unknown_enum) options.on_unknown_enum(*type);
  }
  for (std::size_t i = 0; i < dropped.anys; ++i) {
    if (options.on_unknown_any) options.on_unknown_any();
  }
  return wire;
}

bool JsonReader::ReadInto(const std::string& json, std::string* owned,
                          const JsonReadOptions& options, Scratch* scratch, Dropped* dropped,
                          JsonError* error) const {
  JsonDocument& document = scratch->document;
  JsonWalk::Pass pass{.unknown = options.unknown};
  if (!document.Parse(json, options.lone_surrogates, error)) return false;
  const std::size_t length = json.size();
  // The document has copied what it holds, unless it is to be parsed again.
  if (owned != nullptr && length > kRetainedJsonBytes && !MayHaveNegativeZero(json)) {
    std::string().swap(*owned);
  }
  for (;;) {
    pass.rewritten = document.is_rewritten() ? &document.numbers() : nullptr;
    scratch->wire.Clear(length);  // Wire bytes are rarely longer.
    JsonWalk walk(pass, *tables_, &scratch->wire, error);
    const bool done = field_ == nullptr ? walk.ReadMessage(*message_, document.root())
                                        : ReadFieldAlone(*field_, document.root(), &walk, error);
    if (!done && !pass.has_duplicates && options.duplicates == Duplicates::kLastWins) {
      pass.has_duplicates = true;
    } else if (done && walk.saw_whole_zero() && !document.is_rewritten() &&
               MayHaveNegativeZero(json)) {
      if (!document.ParseRewritten(json, options.lone_surrogates, error)) return false;
    } else {
      *dropped = {walk.unknown_enums(), walk.unknown_anys()};
      return done;
    }
  }
}

std::string JsonReader::LibraryVersion() {
  return fmt::format("{}.{}.{}", static_cast<int>(simdjson::SIMDJSON_VERSION_MAJOR),
                     static_cast<int>(simdjson::SIMDJSON_VERSION_MINOR),
                     static_cast<int>(simdjson::SIMDJSON_VERSION_REVISION));
}

}  // namespace gateway
