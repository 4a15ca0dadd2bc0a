// Request headers as libcurl takes them: a list of lines, here without an allocation for each.
//
// Plain data of one thread.
#pragma once

#include <curl/curl.h>

#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/ascii.h"

namespace gateway {

class CurlHeaderList {
 public:
  void Clear() {
    text_.clear();
    begins_.clear();
  }

  void Add(std::string_view name, std::string_view value) {
    // A colon without a value would omit the header instead.
    if (Trimmed(value).empty()) return AddLine(name, ";", "");
    AddLine(name, ": ", value);
  }

  /// libcurl is not to send the one that it has by itself.
  void Omit(std::string_view name) { AddLine(name, ":", ""); }

  /// Null if there is no line. libcurl reads it in place: good until the next change.
  [[nodiscard]] curl_slist* list() {
    nodes_.resize(begins_.size());
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      nodes_[i] = {.data = text_.data() + begins_[i],
                   .next = i + 1 < nodes_.size() ? &nodes_[i + 1] : nullptr};
    }
    return nodes_.empty() ? nullptr : nodes_.data();
  }

 private:
  void AddLine(std::string_view name, std::string_view separator, std::string_view value) {
    begins_.push_back(text_.size());
    text_.append(name).append(separator).append(value).push_back('\0');
  }

  /// The lines, each ended by NUL, and where they begin.
  std::string text_;
  std::vector<std::size_t> begins_;
  std::vector<curl_slist> nodes_;
};

}  // namespace gateway
