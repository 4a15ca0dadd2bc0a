// What tests of RequestBinding and its parts share.
#pragma once

#include <gmock/gmock.h>
#include <google/api/annotations.pb.h>
#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "gateway/transcoding/request_binding.h"
#include "tests/json/from_text.h"
#include "tests/json/generated_tables.h"
#include "tests/transcoding/library.pb.h"

namespace gateway {

namespace library = testing::library::v1;

inline const google::protobuf::MethodDescriptor& LibraryMethod(const std::string& name) {
  return *library::Book::descriptor()->file()->FindServiceByName("Library")->FindMethodByName(name);
}

inline RequestBinding BindingOf(const std::string& method) {
  const google::protobuf::MethodDescriptor& descriptor = LibraryMethod(method);
  auto binding = RequestBinding::Compile(descriptor.options().GetExtension(google::api::http),
                                         *descriptor.input_type(), GeneratedTables());
  if (!binding) throw std::runtime_error(binding.error().front());
  return *std::move(binding);
}

template <class Request>
RequestBinding BindingBy(const std::string& rule) {
  auto binding = RequestBinding::Compile(FromText<google::api::HttpRule>(rule),
                                         *Request::descriptor(), GeneratedTables());
  if (!binding) throw std::runtime_error(binding.error().front());
  return *std::move(binding);
}

template <class Request>
HttpRequest Bound(const RequestBinding& binding, const std::string& request) {
  const auto bound = binding.Bind(FromText<Request>(request));
  if (!bound) throw std::runtime_error(bound.error().error_message());
  return *bound;
}

// "field: rule" of each violation, after the status has been checked.
inline std::vector<std::string> ViolationsOf(const Result<HttpRequest>& bound) {
  if (bound) return {"bound to " + bound->url};
  EXPECT_EQ(bound.error().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  google::rpc::Status status;
  google::rpc::BadRequest details;
  EXPECT_TRUE(status.ParseFromString(bound.error().error_details()));
  EXPECT_EQ(status.code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(status.message(), bound.error().error_message());
  EXPECT_THAT(status.details(), ::testing::SizeIs(1));
  EXPECT_TRUE(status.details(0).UnpackTo(&details));
  std::vector<std::string> violations;
  for (const auto& violation : details.field_violations()) {
    violations.push_back(violation.field() + ": " + violation.description());
  }
  return violations;
}

/// What is wrong with a rule for requests of that type.
template <class Request>
Errors ErrorsOf(const std::string& rule) {
  const auto binding = RequestBinding::Compile(FromText<google::api::HttpRule>(rule),
                                               *Request::descriptor(), GeneratedTables());
  return binding ? Errors{} : binding.error();
}

}  // namespace gateway
