// Messages from fuzzed text, with protobuf's loggers off: they would write a line for each input.
//
// Used by one thread.
#pragma once

#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/message.h>
#include <google/protobuf/stubs/logging.h>
#include <google/protobuf/text_format.h>

#include <string>
#include <string_view>

namespace gateway {

class SilentParsing : public google::protobuf::io::ErrorCollector {
 public:
  SilentParsing() { google::protobuf::SetLogHandler(nullptr); }

  /// `input` in text format, which corpora are in; else as wire bytes. True if a decoder of calls
  /// accepts the message.
  bool Parse(std::string_view input, google::protobuf::Message& message) {
    google::protobuf::TextFormat::Parser parser;
    parser.RecordErrorsTo(this);
    const std::string bytes(input);
    if (parser.ParseFromString(bytes, &message)) {
      return message.ParseFromString(message.SerializePartialAsString());
    }
    return message.ParseFromString(bytes);
  }

 private:
  void AddError(int, int, const std::string&) override {}
};

}  // namespace gateway
