// Health and reflection, as their standard clients see them.
#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <grpc/health/v1/health.grpc.pb.h>
#include <grpc/reflection/v1/reflection.grpc.pb.h>
#include <grpc/reflection/v1alpha/reflection.grpc.pb.h>

#include <future>

#include "tests/support/short_text.h"
#include "tests/wire/gateway_fixture.h"

namespace gateway {
namespace {

using grpc::StatusCode;
using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;
using testing::UnorderedElementsAre;
using namespace std::chrono_literals;

using HealthTest = GatewayTest;

struct Checked {
  grpc::Status status;
  HealthCheckResponse response;
};

Checked Check(Health::Stub& health, const std::string& service) {
  grpc::ClientContext context;
  HealthCheckRequest request;
  request.set_service(service);
  Checked checked;
  checked.status = health.Check(&context, request, &checked.response);
  return checked;
}

const std::string kNames[] = {"", "liveness", "readiness", "extend.v1.SplitRunService"};

TEST_F(HealthTest, EveryNameServes) {
  Health::Stub health(channel());
  for (const std::string& name : kNames) {
    const auto [status, response] = Check(health, name);
    EXPECT_TRUE(status.ok()) << name;
    EXPECT_EQ(response.status(), HealthCheckResponse::SERVING) << name;
  }
  EXPECT_EQ(Check(health, "nobody").status.error_code(), StatusCode::NOT_FOUND);
}

TEST_F(HealthTest, DrainReachesWatchersAndDoesNotWaitForThem) {
  config.drain_delay = 100ms;
  Health::Stub health(channel());
  grpc::ClientContext context;
  HealthCheckRequest request;
  request.set_service("readiness");
  const auto watch = health.Watch(&context, request);
  HealthCheckResponse response;
  ASSERT_TRUE(watch->Read(&response));
  EXPECT_EQ(response.status(), HealthCheckResponse::SERVING);
  const auto begun = Clock::now();
  auto drained = std::async(std::launch::async, [this] { gateway().Drain(); });
  ASSERT_TRUE(watch->Read(&response));
  EXPECT_EQ(response.status(), HealthCheckResponse::NOT_SERVING);
  drained.get();
  EXPECT_LT(Clock::now() - begun, config.drain_timeout / 2);
}

TEST_F(HealthTest, AWatchOfAnUnknownNameSaysSoAndLasts) {
  Health::Stub health(channel());
  grpc::ClientContext context;
  HealthCheckRequest request;
  request.set_service("nobody");
  const auto watch = health.Watch(&context, request);
  HealthCheckResponse response;
  ASSERT_TRUE(watch->Read(&response));
  EXPECT_EQ(response.status(), HealthCheckResponse::SERVICE_UNKNOWN);
  context.TryCancel();
  EXPECT_FALSE(watch->Read(&response));
  EXPECT_EQ(watch->Finish().error_code(), StatusCode::CANCELLED);
}

TEST_F(HealthTest, AWatcherThatLeavesIsForgottenAndOthersHearOfAChange) {
  config.drain_delay = 100ms;
  Health::Stub health(channel());
  const HealthCheckRequest request;
  HealthCheckResponse response;
  {
    grpc::ClientContext context;
    const auto leaving = health.Watch(&context, request);
    ASSERT_TRUE(leaving->Read(&response));
    context.TryCancel();
    EXPECT_FALSE(leaving->Read(&response));
  }
  grpc::ClientContext context;
  const auto staying = health.Watch(&context, request);
  ASSERT_TRUE(staying->Read(&response));
  auto drained = std::async(std::launch::async, [this] { gateway().Drain(); });
  ASSERT_TRUE(staying->Read(&response));
  EXPECT_EQ(response.status(), HealthCheckResponse::NOT_SERVING);
}

/// Asks one question on a stream of its own.
template <class Reflection, class Request, class Response>
Response Ask(const std::shared_ptr<grpc::Channel>& channel, const Request& request) {
  const auto stub = Reflection::NewStub(channel);
  grpc::ClientContext context;
  const auto stream = stub->ServerReflectionInfo(&context);
  EXPECT_TRUE(stream->Write(request));
  Response response;
  EXPECT_TRUE(stream->Read(&response));
  stream->WritesDone();
  EXPECT_TRUE(stream->Finish().ok());
  EXPECT_EQ(response.original_request().SerializeAsString(), request.SerializeAsString());
  return response;
}

struct V1 {
  using Service = grpc::reflection::v1::ServerReflection;
  using Request = grpc::reflection::v1::ServerReflectionRequest;
  using Response = grpc::reflection::v1::ServerReflectionResponse;
};
struct V1Alpha {
  using Service = grpc::reflection::v1alpha::ServerReflection;
  using Request = grpc::reflection::v1alpha::ServerReflectionRequest;
  using Response = grpc::reflection::v1alpha::ServerReflectionResponse;
};

template <class Version>
class ReflectionTest : public GatewayTest {
 protected:
  using Request = typename Version::Request;
  using Response = typename Version::Response;

  Response Ask(const Request& request) {
    return gateway::Ask<typename Version::Service, Request, Response>(channel(), request);
  }
  /// The answered files, built in their order into a pool: complete if that works.
  static void Build(const Response& response, google::protobuf::DescriptorPool& pool) {
    const auto& files = response.file_descriptor_response().file_descriptor_proto();
    // Imports come after the files that need them.
    for (auto bytes = files.rbegin(); bytes != files.rend(); ++bytes) {
      google::protobuf::FileDescriptorProto file;
      ASSERT_TRUE(file.ParseFromString(*bytes));
      pending_[file.name()] = file;
    }
    for (const auto& [name, file] : pending_) BuildOne(name, pool);
    pending_.clear();
  }

 private:
  static void BuildOne(const std::string& name, google::protobuf::DescriptorPool& pool) {
    if (pool.FindFileByName(name) != nullptr) return;
    ASSERT_TRUE(pending_.contains(name)) << name;
    for (const std::string& import : pending_[name].dependency()) BuildOne(import, pool);
    ASSERT_NE(pool.BuildFile(pending_[name]), nullptr) << name;
  }
  static inline std::map<std::string, google::protobuf::FileDescriptorProto> pending_;
};

using Versions = testing::Types<V1, V1Alpha>;
TYPED_TEST_SUITE(ReflectionTest, Versions);

TYPED_TEST(ReflectionTest, ListsTheServices) {
  typename TypeParam::Request request;
  request.set_list_services("");
  std::vector<std::string> names;
  const auto response = this->Ask(request);
  for (const auto& service : response.list_services_response().service()) {
    names.push_back(service.name());
  }
  EXPECT_THAT(names, UnorderedElementsAre("extend.v1.SplitRunService", "grpc.health.v1.Health",
                                          "grpc.reflection.v1.ServerReflection",
                                          "grpc.reflection.v1alpha.ServerReflection"));
}

TYPED_TEST(ReflectionTest, FindsSymbolsAndFilesWithAllTheirImports) {
  for (const std::string symbol :
       {"extend.v1.SplitRunService", "extend.v1.SplitRunService.CancelSplitRun",
        "extend.v1.SplitRun", "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection"}) {
    typename TypeParam::Request request;
    request.set_file_containing_symbol(symbol);
    google::protobuf::DescriptorPool pool;
    this->Build(this->Ask(request), pool);
    EXPECT_NE(pool.FindFileContainingSymbol(symbol), nullptr) << symbol;
  }
  typename TypeParam::Request request;
  request.set_file_by_filename("extend/v1/split_run.proto");
  google::protobuf::DescriptorPool pool;
  this->Build(this->Ask(request), pool);
  EXPECT_NE(pool.FindMessageTypeByName("extend.v1.SplitRun"), nullptr);
}

TYPED_TEST(ReflectionTest, FindsExtensions) {
  typename TypeParam::Request numbers;
  numbers.set_all_extension_numbers_of_type("google.protobuf.ServiceOptions");
  EXPECT_THAT(this->Ask(numbers).all_extension_numbers_response().extension_number(),
              testing::Contains(50801));
  typename TypeParam::Request file;
  file.mutable_file_containing_extension()->set_containing_type("google.protobuf.ServiceOptions");
  file.mutable_file_containing_extension()->set_extension_number(50801);
  google::protobuf::DescriptorPool pool;
  this->Build(this->Ask(file), pool);
  EXPECT_NE(pool.FindExtensionByName("gateway.v1.upstream"), nullptr);
}

TYPED_TEST(ReflectionTest, AnswersNotFoundForWhatItDoesNotKnow) {
  typename TypeParam::Request requests[4];
  requests[0].set_file_containing_symbol("no.Such");
  requests[1].set_file_by_filename("google/protobuf/nothing.proto");
  requests[2].set_all_extension_numbers_of_type("no.Such");
  requests[3].mutable_file_containing_extension()->set_containing_type("extend.v1.SplitRun");
  for (const auto& request : requests) {
    EXPECT_EQ(this->Ask(request).error_response().error_code(),
              static_cast<int>(StatusCode::NOT_FOUND))
        << ShortText(request);
  }
  EXPECT_EQ(this->Ask({}).error_response().error_code(),
            static_cast<int>(StatusCode::INVALID_ARGUMENT));
}

}  // namespace
}  // namespace gateway
