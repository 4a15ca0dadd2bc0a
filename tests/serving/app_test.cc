#include "gateway/serving/app.h"

#include <gmock/gmock.h>
#include <google/api/annotations.pb.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_file.h"

namespace gateway {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class AppTest : public testing::Test {
 protected:
  AppTest() { config.auth = Auth::kCaller; }

  /// The errors of a set of these files, in text format, with google/api/annotations.proto.
  Errors ErrorsOf(const std::string& files) {
    google::protobuf::FileDescriptorSet set;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(files, &set));
    for (const auto* file : {google::protobuf::FileDescriptorSet::descriptor()->file(),
                             google::api::HttpRule::descriptor()->file()}) {
      file->CopyTo(set.add_file());
    }
    set_file.Write(set.SerializeAsString());
    config.descriptor_sets = {set_file.path()};
    auto app = App::Compile(config);
    return app ? Errors{} : app.error();
  }

  TemporaryFile set_file{""};
  Config config;
};

TEST_F(AppTest, ErrorsOfSetsRoutesAndServicesAreReportedAtOnce) {
  config.region = "mars";
  config.region_given = true;
  EXPECT_THAT(
      ErrorsOf(R"(file { name: "a.proto" message_type { name: "M" } service { name: "A"
                    method { name: "One" input_type: ".M" output_type: ".M"
                             options { [google.api.http] { get: "one" } } }
                    method { name: "Two" input_type: ".M" output_type: ".M" server_streaming: true
                             options { [google.api.http] { post: "/two" body: "x" } } } } }
                  file { name: "b.proto" dependency: "gone.proto" }
                  file { name: "c.proto" dependency: "a.proto" service { name: "C"
                    method { name: "Three" input_type: ".M" output_type: ".M"
                             options { [google.api.http] { response_body: "y" } } } } })"),
      ElementsAre(AllOf(HasSubstr(set_file.path()), HasSubstr("b.proto: gone.proto: is imported")),
                  HasSubstr("A/One: path template \"one\""), HasSubstr("A/Two: a streaming method"),
                  HasSubstr("A/Two: body \"x\" names no"),
                  HasSubstr("C/Three: the HTTP rule must have"),
                  HasSubstr("C/Three: response_body \"y\" names no"),
                  HasSubstr("--region mars: A has no regions"), HasSubstr("A: has no base URL"),
                  HasSubstr("--region mars: C has no regions"), HasSubstr("C: has no base URL")));
}

TEST_F(AppTest, SetsWithoutAnAnnotatedMethodAreAnError) {
  EXPECT_THAT(ErrorsOf(R"(file { name: "a.proto" message_type { name: "M" } service { name: "A"
                            method { name: "One" input_type: ".M" output_type: ".M" }
                            method { name: "Two" input_type: ".M" output_type: ".M" } } })"),
              ElementsAre("--descriptor-set " + set_file.path() +
                          ": none of 2 methods has a google.api.http annotation"));
}

TEST_F(AppTest, HealthIsTheGatewaysOwn) {
  config.upstream_url = "http://127.0.0.1:1";
  EXPECT_THAT(ErrorsOf(R"(file { name: "health.proto" package: "grpc.health.v1"
                            message_type { name: "M" } service { name: "Health" method {
                              name: "Check" input_type: ".grpc.health.v1.M"
                              output_type: ".grpc.health.v1.M"
                              options { [google.api.http] { get: "/healthz" } } } } })"),
              ElementsAre(HasSubstr("grpc.health.v1.Health: must not have a google.api.http "
                                    "annotation")));
}

}  // namespace
}  // namespace gateway
