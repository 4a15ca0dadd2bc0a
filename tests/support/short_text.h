// Messages as text on one line, the same with each Protobuf: ShortDebugString of newer ones is
// garbled on purpose.
#pragma once

#include <google/protobuf/message.h>
#include <google/protobuf/text_format.h>

#include <string>
#include <tuple>

namespace gateway {

inline std::string ShortText(const google::protobuf::Message& message) {
  google::protobuf::TextFormat::Printer printer;
  printer.SetSingleLineMode(true);
  std::string text;
  std::ignore = printer.PrintToString(message, &text);
  if (text.ends_with(' ')) text.pop_back();
  return text;
}

}  // namespace gateway
