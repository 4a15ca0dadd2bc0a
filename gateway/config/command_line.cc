#include "gateway/config/command_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>
#include <utility>

#include "gateway/base/ascii.h"
#include "gateway/config/help_text.h"

namespace gateway {
namespace {

constexpr std::string_view kApiKeyVariable = "EXTEND_API_KEY";
/// Stands for a URL that was refused: no part of the configuration has an error because of it.
constexpr std::string_view kSomeUrl = "http://upstream.invalid";

/// Flags that mean nothing without another.
struct Needs {
  std::string_view flag;
  std::string_view other;
};
constexpr std::array kNeeds = {
    Needs{"tls-cert", "tls-key"},
    Needs{"tls-key", "tls-cert"},
    Needs{"tls-client-ca", "tls-cert"},
    Needs{"upstream-cert", "upstream-key"},
    Needs{"upstream-key", "upstream-cert"},
    Needs{"tls-client-cert", "tls-client-key"},
    Needs{"tls-client-key", "tls-client-cert"},
    Needs{"tls-client-cert", "tls-ca"},
    Needs{"tls-server-name", "tls-ca"},
};

/// One run of the parser: the values so far, and what is wrong.
class Parser {
 public:
  Parser(Command command, const Environment& environment)
      : command_(command), flags_(FlagsOf(command)), environment_(environment) {}

  void Parse(Arguments arguments) {
    Collect(std::move(arguments.source));
    Store();
    CheckPairs();
    if (IsServer()) {
      std::ranges::move(UnknownVariables(environment_), std::back_inserter(errors_));
      SetAuth();
      CheckListeners();
      CheckBackoff();
    }
    if (command_ == Command::kCall) SetCall(arguments.positionals);
  }

  tl::expected<CommandLine, BadCommandLine> Finish() && {
    if (!errors_.empty()) {
      return tl::unexpected(BadCommandLine{.errors = errors_, .remainder = Remainder()});
    }
    return CommandLine{.command = command_,
                       .config = std::move(configs_.server),
                       .client = std::move(configs_.client),
                       .help = std::nullopt};
  }

 private:
  [[nodiscard]] bool IsServer() const {
    return command_ == Command::kServe || command_ == Command::kCheck;
  }

  void AddError(std::string error) { errors_.push_back(std::move(error)); }
  void Refuse(std::string_view flag, std::string error) {
    refused_.emplace(flag);
    AddError(std::move(error));
  }

  /// Lays the sources over each other: the first that names a flag wins, and what it hides is not
  /// looked at.
  void Collect(ConfigSource arguments) {
    Add(std::move(arguments));
    given_.merge(ReadVariables(flags_, environment_));
    const auto file = given_.find("config");
    if (file == given_.end() || file->second.values.size() != 1) return;
    auto source = ReadConfigFile(flags_, file->second.values.front());
    if (source) {
      Add(*std::move(source));
    } else {
      Refuse("config", std::move(source.error()));
    }
  }

  void Add(ConfigSource source) {
    given_.merge(source.flags);
    refused_.merge(source.refused);
    std::ranges::move(source.errors, std::back_inserter(errors_));
  }

  void Store() {
    for (const FlagGroup& group : flags_) {
      for (const Flag& flag : group.flags) {
        const auto found = given_.find(flag.name());
        if (found != given_.end()) Store(flag, found->second);
      }
    }
  }

  void Store(const Flag& flag, const GivenFlag& given) {
    if (flag.store.form == FlagForm::kList) {
      flag.store.clear(configs_);
    } else if (given.values.size() > 1) {
      return Refuse(flag.name(), given.source + " is given more than once");
    }
    for (std::size_t i = 0; i < given.values.size(); ++i) {
      const auto stored = flag.store.set(configs_, given.values[i]);
      if (!stored) Refuse(flag.name(), Place(flag, given, i) + " " + stored.error());
    }
  }

  /// `--listen "x"`, or `--header (value 2)` where the value may be a secret.
  static std::string Place(const Flag& flag, const GivenFlag& given, std::size_t index) {
    const std::string& value = given.values[index];
    // A URL may have a password, or a token in its query.
    const bool may_be_shown = !flag.secret && value.find_first_of("@?") == std::string::npos;
    if (may_be_shown) return given.source + " " + Quoted(value);
    if (given.values.size() == 1) return given.source;
    return fmt::format("{} (value {})", given.source, index + 1);
  }

  [[nodiscard]] std::string SourceOf(std::string_view flag) const {
    const auto found = given_.find(flag);
    return found == given_.end() ? "--" + std::string(flag) : found->second.source;
  }

  [[nodiscard]] bool IsGiven(std::string_view flag) const {
    return given_.contains(flag) || refused_.contains(flag);
  }

  void CheckPairs() {
    for (const auto& [flag, other] : kNeeds) {
      if (!given_.contains(flag) || IsGiven(other)) continue;
      Refuse(flag, fmt::format("{} needs --{} too", SourceOf(flag), other));
    }
  }

  /// The key has no flag. Whether there is one decides whose authorization goes upstream.
  void SetAuth() {
    Config& config = configs_.server;
    const std::string key = Variable(environment_, kApiKeyVariable);
    bool has_key = IsGiven("api-key-file");
    if (!has_key && !Trimmed(key).empty()) {
      has_key = true;
      if (auto parsed = ParseApiKey(key)) {
        config.api_key = *std::move(parsed);
      } else {
        Refuse("api-key-file", fmt::format("{} {}", kApiKeyVariable, parsed.error()));
      }
    }
    if (!IsGiven("auth")) config.auth = has_key ? Auth::kGateway : Auth::kCaller;
    if (config.auth == Auth::kGateway && !has_key) {
      Refuse("auth", fmt::format("{} \"gateway\" needs a key: --api-key-file or {}",
                                 SourceOf("auth"), kApiKeyVariable));
    }
  }

  void CheckListeners() {
    const Config& config = configs_.server;
    const auto found = given_.find("listen");
    if (found != given_.end() && found->second.values.empty()) {
      AddError(found->second.source + " must have at least one address");
    }
    if (config.insecure || refused_.contains("insecure") || IsGiven("tls-cert")) return;
    for (const Address& address : config.listen) {
      if (address.IsLocal()) continue;
      AddError(
          fmt::format("{} {} is plaintext on an address that is neither loopback nor a socket "
                      "file: needs --tls-cert and --tls-key, or must be allowed with "
                      "--insecure",
                      SourceOf("listen"), Quoted(address.ToString())));
    }
  }

  void CheckBackoff() {
    const Config& config = configs_.server;
    if (config.retry_initial_backoff <= config.retry_max_backoff) return;
    // One of them may be a default that stands in for a value that was refused.
    if (refused_.contains("retry-initial-backoff") || refused_.contains("retry-max-backoff"))
      return;
    AddError(SourceOf("retry-initial-backoff") + " must not be longer than --retry-max-backoff");
  }

  void SetCall(const std::vector<std::string>& positionals) {
    if (positionals.empty()) {
      return AddError("call needs a METHOD, such as package.Service/Method");
    }
    configs_.client.method = positionals[0];
    if (positionals.size() > 1) configs_.client.json = positionals[1];
  }

  [[nodiscard]] bool HasRefused(std::initializer_list<std::string_view> flags) const {
    return std::ranges::any_of(flags, [this](auto flag) { return refused_.contains(flag); });
  }

  [[nodiscard]] std::optional<Config> Remainder() const {
    if (!IsServer() || HasRefused({"config", "descriptor-set"})) return std::nullopt;
    Config config = configs_.server;
    if (HasRefused({"upstream-url"})) config.upstream_url = kSomeUrl;
    if (HasRefused({"auth", "api-key-file"})) config.auth = Auth::kCaller;
    if (HasRefused({"tls-cert", "tls-key", "tls-client-ca"})) {
      config.tls_cert = config.tls_key = config.tls_client_ca = "";
    }
    if (HasRefused({"upstream-cert", "upstream-key"})) {
      config.upstream_cert = config.upstream_key = "";
    }
    return config;
  }

  const Command command_;
  const std::vector<FlagGroup>& flags_;
  const Environment& environment_;
  GivenFlags given_;
  FlagNames refused_;
  Configs configs_;
  Errors errors_;
};

}  // namespace

tl::expected<CommandLine, BadCommandLine> ParseCommandLine(
    const std::vector<std::string>& arguments, const Environment& environment) {
  const CommandEntry* entry = arguments.empty() ? nullptr : FindCommand(arguments.front());
  const auto flags_begin = arguments.begin() + (entry == nullptr ? 0 : 1);
  const Command command = entry == nullptr ? Command::kServe : entry->command;
  Arguments read = ReadArguments(FlagsOf(command), {flags_begin, arguments.end()},
                                 EntryOf(command).name, EntryOf(command).max_positionals);
  if (read.help) return CommandLine{.command = command, .help = HelpText(command)};
  if (read.version) return CommandLine{.command = Command::kVersion};

  Parser parser(command, environment);
  parser.Parse(std::move(read));
  return std::move(parser).Finish();
}

}  // namespace gateway
