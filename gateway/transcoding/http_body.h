// google.api.HttpBody: a body that is not JSON, with its content type.
//
// Pure functions. The message is known by name and shape, not by address, as descriptor pools other
// than the generated one have their own.
#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <string>
#include <string_view>

namespace gateway {

bool IsHttpBody(const google::protobuf::Descriptor& message);

struct HttpBodyParts {
  std::string content_type;
  std::string data;
};

/// `message` is a google.api.HttpBody.
HttpBodyParts ReadHttpBody(const google::protobuf::Message& message);

/// The wire bytes of a google.api.HttpBody.
std::string HttpBodyWireBytes(std::string_view content_type, std::string_view data);

/// Appends the wire bytes of a string, bytes or message field to those of a message.
void AppendLengthDelimited(int field_number, std::string_view value, std::string& wire);

}  // namespace gateway
