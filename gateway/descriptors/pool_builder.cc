#include "gateway/descriptors/pool_builder.h"

#include <fmt/format.h>
#include <google/protobuf/any.pb.h>
#include <google/protobuf/duration.pb.h>
#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/timestamp.pb.h>
#include <google/protobuf/wrappers.pb.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "gateway/json/protobuf_library.h"
#include "gateway/json/well_known.h"

namespace gateway {
namespace {

namespace pb = google::protobuf;

bool IsSame(const pb::FieldDescriptor& one, const pb::FieldDescriptor& other) {
  const auto name_of_message = [](const pb::FieldDescriptor& field) {
    return field.message_type() == nullptr ? std::string_view() : field.message_type()->full_name();
  };
  const auto oneof_of = [](const pb::FieldDescriptor& field) {
    return field.real_containing_oneof() == nullptr ? -1 : field.real_containing_oneof()->index();
  };
  return one.number() == other.number() && one.name() == other.name() &&
         one.type() == other.type() && one.is_repeated() == other.is_repeated() &&
         one.is_map() == other.is_map() && oneof_of(one) == oneof_of(other) &&
         name_of_message(one) == name_of_message(other);
}

// libprotobuf's own message of that name. Found by class: linked statically, a program holds only
// the files that it names.
const pb::Descriptor* Original(const pb::Descriptor& message) {
  for (const pb::Descriptor* neighbour :
       {pb::Any::descriptor(), pb::Duration::descriptor(), pb::FieldMask::descriptor(),
        pb::Struct::descriptor(), pb::Timestamp::descriptor(), pb::DoubleValue::descriptor()}) {
    const pb::Descriptor* found = neighbour->file()->FindMessageTypeByName(message.name());
    if (found != nullptr) return found;
  }
  return nullptr;
}

// False for a message that has the name of a well-known type and not its fields, on which
// transcoding relies without a further check.
bool IsWhatItsNamePromises(const pb::Descriptor& message) {
  if (WellKnownType(message) == WellKnown::kNone) return true;
  const pb::Descriptor* original = Original(message);
  if (original == nullptr || message.field_count() != original->field_count()) return false;
  for (int i = 0; i < original->field_count(); ++i) {
    if (!IsSame(*message.field(i), *original->field(i))) return false;
  }
  return true;
}

// Builds files into a pool, imports first. One use, one thread.
class PoolBuilder final : public PoolErrorCollector {
 public:
  PoolBuilder(const DescriptorFiles& files, pb::DescriptorPool& pool)
      : files_(files), pool_(pool) {}

  Errors BuildAll() {
    for (const std::string& name : files_.names()) Build(*files_.Find(name), /*importers=*/0);
    return std::move(errors_);
  }

 private:
  // How far the work on a file is.
  struct Progress {
    enum class State { kBegun, kBuilt, kFailed };
    State state = State::kBegun;
    std::size_t chain = 1;  // The longest row of files that import each other, from this one on.
  };
  using State = Progress::State;

  // `importers`: how many files led to this one, each imported by the one before.
  const Progress& Build(const DescriptorFile& file, std::size_t importers) {
    const auto [known, is_new] = progress_.try_emplace(file.proto.name());
    Progress& progress = known->second;
    if (!is_new) return progress;
    // If imports are missing, libprotobuf would report each of their names as not defined.
    const bool can_be_built = BuildImports(file, importers, progress) && file.is_valid &&
                              !IsTooLong(file, importers, progress) && !RepeatsSymbols(file);
    const pb::FileDescriptor* const built =
        can_be_built ? pool_.BuildFileCollectingErrors(file.proto, this) : nullptr;
    if (built != nullptr) CheckKnownNames(file, *built);
    progress.state = built == nullptr ? State::kFailed : State::kBuilt;
    return progress;
  }

  // Whether all imports are in the pool. The errors of those that failed have been reported.
  bool BuildImports(const DescriptorFile& file, std::size_t importers, Progress& progress) {
    if (IsTooLong(file, importers, progress)) return false;
    bool all_built = true;
    for (const std::string& name : file.proto.dependency()) {
      const DescriptorFile* const found = files_.Find(name);
      Progress import{.state = State::kFailed};
      if (found == nullptr) {
        Report(file, name, "is imported, but no set has it (protoc needs --include_imports)");
      } else {
        import = Build(*found, importers + 1);
      }
      if (import.state == State::kBegun) {
        Report(file, name, "is imported, and imports this file in turn");
      }
      all_built = all_built && import.state == State::kBuilt;
      progress.chain = std::max(progress.chain, 1 + import.chain);
    }
    return all_built;
  }

  bool IsTooLong(const DescriptorFile& file, std::size_t importers, const Progress& progress) {
    if (importers + progress.chain <= kMaxImportChain) return false;
    Report(file, file.proto.name(),
           fmt::format("is in a chain of more than {} imports", kMaxImportChain));
    return true;
  }

  // Reported once for each symbol, where libprotobuf would report every use. Mostly it is the same
  // file, named once from one folder and once from another.
  bool RepeatsSymbols(const DescriptorFile& file) {
    bool repeats = false;
    for (const auto& [name, declaration] : DeclarationsOf(file.proto)) {
      const pb::FileDescriptor* const other = pool_.FindFileContainingSymbol(name);
      if (other == nullptr) continue;
      Report(file, name, fmt::format("is declared in {} too", other->name()));
      repeats = true;
    }
    return repeats;
  }

  void CheckKnownNames(const DescriptorFile& file, const pb::FileDescriptor& built) {
    for (int i = 0; i < built.message_type_count(); ++i) {
      const pb::Descriptor& message = *built.message_type(i);
      if (IsWhatItsNamePromises(message)) continue;
      Report(file, std::string(message.full_name()),
             "must have the fields that Protobuf's own has");
    }
  }

  void OnError(const std::string& file, const std::string& symbol,
               const std::string& rule) override {
    Report(*files_.Find(file), symbol, rule);
  }

  void Report(const DescriptorFile& file, const std::string& symbol, const std::string& error) {
    errors_.push_back(fmt::format("{}: {}: {}: {}", file.source, file.proto.name(), symbol, error));
  }

  const DescriptorFiles& files_;
  pb::DescriptorPool& pool_;
  Errors errors_;
  std::map<std::string, Progress> progress_;
};

}  // namespace

Errors BuildPool(const DescriptorFiles& files, pb::DescriptorPool& pool) {
  return PoolBuilder(files, pool).BuildAll();
}

}  // namespace gateway
