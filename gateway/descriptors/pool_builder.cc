#include "gateway/descriptors/pool_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>

#include "gateway/descriptors/well_known_check.h"

namespace gateway {
namespace {

namespace pb = google::protobuf;

// Builds files into a pool, imports first. One use, one thread.
class PoolBuilder final : public pb::DescriptorPool::ErrorCollector {
 public:
  PoolBuilder(const DescriptorFiles& files, pb::DescriptorPool& pool, Errors& faults)
      : files_(files), pool_(pool), faults_(faults) {}

  void BuildAll() {
    for (const std::string& name : files_.names()) Build(*files_.Find(name), /*importers=*/0);
  }

 private:
  // How far it is with a file.
  struct Progress {
    enum class State { kBegun, kBuilt, kFaulty };
    State state = State::kBegun;
    std::size_t chain = 1;  // The longest of files that import each other, from this one on.
  };
  using State = Progress::State;

  // `importers`: those that led to it, each imported by the one before.
  const Progress& Build(const DescriptorFile& file, std::size_t importers) {
    const auto [known, is_new] = progress_.try_emplace(file.proto.name());
    Progress& progress = known->second;
    if (!is_new) return progress;
    // Of a file whose imports are not there, libprotobuf would say that nothing is defined.
    const bool can_be_built = BuildImports(file, importers, progress) && file.is_sound &&
                              !IsTooLong(file, importers, progress) && !RepeatsSymbols(file);
    const pb::FileDescriptor* const built =
        can_be_built ? pool_.BuildFileCollectingErrors(file.proto, this) : nullptr;
    if (built != nullptr) CheckKnownNames(file, *built);
    progress.state = built == nullptr ? State::kFaulty : State::kBuilt;
    return progress;
  }

  // Whether all of them are in the pool. Of those that are faulty it has been said why.
  bool BuildImports(const DescriptorFile& file, std::size_t importers, Progress& progress) {
    if (IsTooLong(file, importers, progress)) return false;
    bool all_built = true;
    for (const std::string& name : file.proto.dependency()) {
      const DescriptorFile* const found = files_.Find(name);
      Progress import{.state = State::kFaulty};
      if (found == nullptr) {
        Tell(file, name, "is imported, but no set has it (protoc needs --include_imports)");
      } else {
        import = Build(*found, importers + 1);
      }
      if (import.state == State::kBegun) {
        Tell(file, name, "is imported, and imports this file in turn");
      }
      all_built = all_built && import.state == State::kBuilt;
      progress.chain = std::max(progress.chain, 1 + import.chain);
    }
    return all_built;
  }

  bool IsTooLong(const DescriptorFile& file, std::size_t importers, const Progress& progress) {
    if (importers + progress.chain <= kMaxImportChain) return false;
    Tell(file, file.proto.name(),
         fmt::format("is in a chain of more than {} imports", kMaxImportChain));
    return true;
  }

  // Said once for each, where libprotobuf would go on about whatever uses them. Mostly it is the
  // same file, named once from one folder and once from another.
  bool RepeatsSymbols(const DescriptorFile& file) {
    bool repeats = false;
    for (const auto& [name, declaration] : DeclarationsOf(file.proto)) {
      const pb::FileDescriptor* const other = pool_.FindFileContainingSymbol(name);
      if (other == nullptr) continue;
      Tell(file, name, fmt::format("is declared in {} too", other->name()));
      repeats = true;
    }
    return repeats;
  }

  void CheckKnownNames(const DescriptorFile& file, const pb::FileDescriptor& built) {
    for (int i = 0; i < built.message_type_count(); ++i) {
      const pb::Descriptor& message = *built.message_type(i);
      if (IsWhatItsNamePromises(message)) continue;
      Tell(file, message.full_name(), "must have the fields that Protobuf's own has");
    }
  }

  void AddError(const std::string& file, const std::string& symbol,
                const pb::Message* /*descriptor*/, ErrorLocation /*location*/,
                const std::string& message) override {
    Tell(*files_.Find(file), symbol, message);
  }

  void Tell(const DescriptorFile& file, const std::string& symbol, const std::string& fault) {
    faults_.push_back(fmt::format("{}: {}: {}: {}", file.source, file.proto.name(), symbol, fault));
  }

  const DescriptorFiles& files_;
  pb::DescriptorPool& pool_;
  Errors& faults_;
  std::map<std::string, Progress> progress_;
};

}  // namespace

void BuildPool(const DescriptorFiles& files, pb::DescriptorPool& pool, Errors& faults) {
  PoolBuilder(files, pool, faults).BuildAll();
}

}  // namespace gateway
