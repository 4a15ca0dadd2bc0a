#include "gateway/transcoding/error_body.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "gateway/json/json_repair.h"
#include "gateway/transcoding/status_details.h"

namespace gateway {
namespace {

// A larger body is no error message: it is not read.
constexpr std::size_t kMaxBodyBytes = std::size_t{1} << 20;
constexpr int kMaxDepth = 100;
// Takes the members it knows as they come by, so that nothing is built of the rest, and a body that
// is cut short has still said what came before the cut.
class Reader : public nlohmann::json_sax<nlohmann::json> {
 public:
  ErrorBody Take() && {
    const auto fill = [](std::string& to, std::string& from) {
      if (to.empty()) to = std::move(from);
    };
    fill(top_.code, nested_.code);
    fill(top_.message, nested_.message);
    fill(top_.message, error_text_);
    fill(top_.request_id, nested_.request_id);
    fill(top_.doc_url, nested_.doc_url);
    fill(top_.run_id, nested_.run_id);
    if (!top_.retryable) top_.retryable = nested_.retryable;
    return std::move(top_);
  }

  bool key(string_t& name) override {
    key_ = std::move(name);
    return true;
  }

  bool string(string_t& text) override {
    if (depth_ == 1 && key_ == "error") error_text_ = text;
    ErrorBody* body = Here();
    if (body == nullptr) return true;
    if (key_ == "code" && IsErrorReason(text)) body->code = text;
    if (key_ == "message") body->message = text;
    if (key_ == "requestId") body->request_id = text;
    if (key_ == "docUrl") body->doc_url = text;
    if (key_ == "runId") body->run_id = text;
    return true;
  }

  bool boolean(bool value) override {
    ErrorBody* body = Here();
    if (body != nullptr && key_ == "retryable") body->retryable = value;
    return true;
  }

  bool start_object(std::size_t) override {
    if (depth_ == 1) in_error_ = key_ == "error";
    return Enter();
  }
  bool start_array(std::size_t) override {
    if (depth_ == 0) return false;
    if (depth_ == 1) in_error_ = false;
    return Enter();
  }
  bool end_object() override { return Leave(); }
  bool end_array() override { return Leave(); }

  bool null() override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }

 private:
  // What the current member belongs to; null where members mean nothing to us.
  ErrorBody* Here() {
    if (depth_ == 1) return &top_;
    return depth_ == 2 && in_error_ ? &nested_ : nullptr;
  }
  bool Enter() { return ++depth_ <= kMaxDepth; }
  bool Leave() {
    --depth_;
    return true;
  }

  int depth_ = 0;
  bool in_error_ = false;
  std::string key_;
  ErrorBody top_;
  ErrorBody nested_;
  std::string error_text_;
};

}  // namespace

ErrorBody ReadErrorBody(std::string_view body) {
  if (body.size() > kMaxBodyBytes) return {};
  Reader reader;
  nlohmann::json::sax_parse(ReplaceLoneSurrogates(body), &reader);
  return std::move(reader).Take();
}

}  // namespace gateway
