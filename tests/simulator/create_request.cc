#include "tests/simulator/create_request.h"

#include <functional>
#include <optional>
#include <string_view>
#include <utility>

namespace extend_simulator {
namespace {

using nlohmann::json;

/// Collects the first fault, so that a check reads as a list of rules.
class Checker {
 public:
  /// The member, or null when it is missing or breaks the rule.
  const json* Member(const json& object, const char* name, bool required,
                     bool (json::*is_type)() const noexcept, const char* type) {
    const auto found = object.find(name);
    if (found == object.end()) {
      if (required) Fail(std::string(name) + " is required");
      return nullptr;
    }
    if (!((*found).*is_type)()) {
      Fail(std::string(name) + " must be " + type);
      return nullptr;
    }
    return &*found;
  }
  const json* Object(const json& object, const char* name, bool required) {
    return Member(object, name, required, &json::is_object, "an object");
  }
  const json* Array(const json& object, const char* name, bool required) {
    return Member(object, name, required, &json::is_array, "an array");
  }
  std::string String(const json& object, const char* name, bool required) {
    const json* found = Member(object, name, required, &json::is_string, "a string");
    if (found == nullptr) return "";
    auto text = found->get<std::string>();
    if (required && text.empty()) Fail(std::string(name) + " must not be empty");
    return text;
  }
  void Require(bool holds, const char* rule) {
    if (!holds) Fail(rule);
  }
  void Fail(std::string fault) {
    if (!fault_) fault_ = std::move(fault);
  }

  /// The value, if no rule was broken.
  template <typename T>
  tl::expected<T, ApiError> Result(T value) {
    if (fault_) return tl::unexpected(InvalidRequest(*fault_));
    return value;
  }

 private:
  std::optional<std::string> fault_;
};

json SplitterConfig() {
  return {{"baseProcessor", "splitting_performance"},
          {"baseVersion", "1.0.0"},
          {"splitClassifications",
           {{{"id", "invoice"}, {"type", "Invoice"}, {"description", "A bill for goods"}},
            {{"id", "other"}, {"type", "Other"}, {"description", "Anything else"}}}}};
}

json CheckConfig(Checker& check, const json& config) {
  if (const json* kinds = check.Array(config, "splitClassifications", true)) {
    check.Require(!kinds->empty(), "splitClassifications must not be empty");
    for (const json& kind : *kinds) {
      check.Require(kind.is_object(), "splitClassifications must hold objects");
      if (!kind.is_object()) break;
      for (const char* name : {"id", "type", "description"}) check.String(kind, name, true);
    }
  }
  check.String(config, "baseProcessor", false);
  check.String(config, "baseVersion", false);
  check.String(config, "splitRules", false);
  check.Object(config, "advancedOptions", false);
  check.Object(config, "parseConfig", false);
  return config;
}

void CheckSplitter(Checker& check, const json& splitter, RunRequest& request) {
  const std::string version = check.String(splitter, "version", false);
  request.splitter = {.id = check.String(splitter, "id", true),
                      .version = version.empty() ? "1.0" : version};
  request.config = SplitterConfig();
  if (const json* overrides = check.Object(splitter, "overrideConfig", false)) {
    request.config.merge_patch(*overrides);
    CheckConfig(check, request.config);
  }
}

InputFile CheckFile(Checker& check, const json& file) {
  const bool has_url = file.contains("url");
  check.Require(has_url != file.contains("id"), "file needs exactly one of url and id");
  if (!has_url) {
    const std::string id = check.String(file, "id", true);
    return {.id = id, .name = id + ".pdf"};
  }
  const std::string url = check.String(file, "url", true);
  check.Require(url.starts_with("https://") || url.starts_with("http://"),
                "file.url must be an http or https URL");
  std::string name = check.String(file, "name", false);
  if (name.empty()) {
    const std::string path = url.substr(0, url.find_first_of("?#"));
    name = path.substr(path.rfind('/') + 1);
  }
  if (const json* settings = check.Object(file, "settings", false)) {
    check.String(*settings, "password", false);
  }
  return {.id = "", .name = std::move(name)};
}

/// What a batch's input and a single run have in common.
void CheckInput(Checker& check, const json& input, RunRequest& request) {
  if (const json* file = check.Object(input, "file", true)) request.file = CheckFile(check, *file);
  if (const json* metadata = check.Object(input, "metadata", false)) {
    check.Require(metadata->dump().size() <= kMaxMetadataBytes, "metadata must be at most 10 KB");
    request.metadata = *metadata;
  }
}

void CheckPriority(Checker& check, const json& body) {
  check.Member(body, "priority", false, &json::is_number_integer, "an integer");
}

}  // namespace

tl::expected<json, ApiError> ParseObject(const std::string& text) {
  using Event = json::parse_event_t;
  bool too_deep = false;
  const auto limit_depth = [&](int depth, Event event, json&) {
    const bool opens = event == Event::object_start || event == Event::array_start;
    too_deep = too_deep || (opens && depth >= kMaxJsonDepth);
    return !too_deep;
  };
  json body = json::parse(text, limit_depth, /*allow_exceptions=*/false);
  if (too_deep) return tl::unexpected(InvalidRequest("The JSON body is nested too deeply"));
  if (body.is_discarded()) return tl::unexpected(InvalidRequest("The body is not valid JSON"));
  if (!body.is_object()) return tl::unexpected(InvalidRequest("The body must be a JSON object"));
  return body;
}

tl::expected<RunRequest, ApiError> ParseCreateRequest(const json& body) {
  Checker check;
  RunRequest request;
  check.Require(body.contains("splitter") != body.contains("config"),
                "exactly one of splitter and config is required");
  if (const json* splitter = check.Object(body, "splitter", false)) {
    CheckSplitter(check, *splitter, request);
  }
  if (const json* config = check.Object(body, "config", false)) {
    request.config = CheckConfig(check, *config);
  }
  CheckInput(check, body, request);
  CheckPriority(check, body);
  return check.Result(std::move(request));
}

tl::expected<std::vector<RunRequest>, ApiError> ParseBatchRequest(const json& body) {
  Checker check;
  RunRequest common;
  if (const json* splitter = check.Object(body, "splitter", true)) {
    CheckSplitter(check, *splitter, common);
  }
  CheckPriority(check, body);
  std::vector<RunRequest> requests;
  if (const json* inputs = check.Array(body, "inputs", true)) {
    const bool fits = !inputs->empty() && inputs->size() <= kMaxBatchInputs;
    check.Require(fits, "inputs must have 1 to 1000 items");
    if (!fits) return check.Result(std::move(requests));
    for (const json& input : *inputs) {
      check.Require(input.is_object(), "inputs must hold objects");
      if (!input.is_object()) break;
      RunRequest& request = requests.emplace_back(common);
      CheckInput(check, input, request);
    }
  }
  return check.Result(std::move(requests));
}

RunRequest DefaultRequest(std::string file_name) {
  return {.splitter = SplitterReference{.id = "spl_Ab3cD4eF5gH6iJ7kL8mN", .version = "1.0"},
          .config = SplitterConfig(),
          .file = {.id = "", .name = std::move(file_name)},
          .metadata = nullptr,
          .source = "STUDIO",
          .source_id = {},
          .batch_id = {}};
}

}  // namespace extend_simulator
