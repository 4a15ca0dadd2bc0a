// The fields of a request message that are neither in the path nor in the body → its URL's query.
//
// Compiled once at start, names encoded, then const and thread-safe. Descriptors and tables must
// outlive it. A message field is followed where it is set, so recursive types do no harm.
#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "gateway/base/result.h"
#include "gateway/json/field_path.h"
#include "gateway/json/json_tables.h"
#include "gateway/transcoding/argument_violations.h"

namespace gateway {

class QueryBinding {
 public:
  /// Messages within messages; deeper ones are refused.
  static constexpr std::size_t kMaxDepth = 32;

  /// No query.
  QueryBinding();
  /// All fields of `request` that do not lie in `elsewhere`. An error for each that has no place in
  /// a query: maps, repeated messages, free-form JSON.
  static tl::expected<QueryBinding, Errors> Compile(const google::protobuf::Descriptor& request,
                                                    const std::vector<FieldPath>& elsewhere,
                                                    const JsonTables& tables);
  ~QueryBinding();
  QueryBinding(QueryBinding&&) noexcept;
  QueryBinding& operator=(QueryBinding&&) noexcept;

  /// Appends `?name=value&…` for the fields that are set, in the order of their declaration. Stops
  /// once `url` is longer than `max_bytes`.
  void Append(const google::protobuf::Message& request, std::size_t max_bytes, std::string& url,
              ArgumentViolations& violations) const;

 private:
  friend class QueryCompiler;
  friend class QueryWriter;
  struct Level;

  // levels_.front() is the request's. They point to each other, so they never move.
  std::vector<std::unique_ptr<Level>> levels_;
  const JsonTables* tables_ = nullptr;
};

}  // namespace gateway
