// What is wrong and where, as readers and writers of JSON collect it: the rule where it is broken,
// the place on the way out. A document without errors pays nothing for it.
//
// Not thread-safe. The descriptors must outlive it.
#pragma once

#include <google/protobuf/descriptor.h>
#include <grpcpp/support/status.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace gateway {

class JsonError {
 public:
  /// Always false, so that it can be returned.
  [[gnu::cold]] bool Set(std::string_view rule);
  /// The field, member or element that holds the place so far. Always false.
  [[gnu::cold]] bool In(const google::protobuf::FieldDescriptor& field);
  [[gnu::cold]] bool In(std::string_view member);
  [[gnu::cold]] bool In(std::size_t index);

  [[nodiscard]] const std::string& rule() const { return rule_; }
  /// `data[3].createdAt` in names of JSON, `data[3].created_at` in names of the proto; empty: the
  /// whole message. Cut to a length that fits a status.
  [[nodiscard]] std::string JsonPlace() const;
  [[nodiscard]] std::string ProtoPlace() const;

  /// INVALID_ARGUMENT, `data[3].createdAt: rule`.
  [[nodiscard]] grpc::Status ToStatus() const;

 private:
  using Step = std::variant<const google::protobuf::FieldDescriptor*, std::string, std::size_t>;
  using FieldName = std::string (*)(const google::protobuf::FieldDescriptor&);

  [[nodiscard]] std::string Place(FieldName name_of) const;

  std::string rule_;
  std::vector<Step> place_;  // innermost first
};

}  // namespace gateway
