#include "gateway/transcoding/route_table.h"

#include <gmock/gmock.h>
#include <google/api/annotations.pb.h>
#include <google/protobuf/descriptor.pb.h>

#include "builtin_descriptor_set.h"
#include "gateway/transcoding/upstream_option.h"
#include "tests/transcoding/faulty_routes.pb.h"
#include "tests/transcoding/library.pb.h"

namespace gateway {
namespace {

namespace pb = google::protobuf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const pb::ServiceDescriptor* LibraryService(const char* name) {
  return testing::library::v1::Book::descriptor()->file()->FindServiceByName(name);
}

const pb::ServiceDescriptor* FaultyService(const char* name) {
  return testing::faulty::v1::Request::descriptor()->file()->FindServiceByName(name);
}

// The routes of services without an error.
RouteTable TableOf(const std::vector<const pb::ServiceDescriptor*>& services) {
  RouteTable table = RouteTable::Compile(services);
  EXPECT_THAT(table.errors(), IsEmpty());
  return table;
}

Errors ErrorsOf(const std::vector<const pb::ServiceDescriptor*>& services) {
  return RouteTable::Compile(services).errors();
}

TEST(RouteTable, HasARouteForEachAnnotatedMethod) {
  const RouteTable table = TableOf({LibraryService("Library")});
  ASSERT_THAT(table.services(), SizeIs(1));
  const RoutedService& service = table.services().front();
  EXPECT_EQ(service.service, LibraryService("Library"));
  ASSERT_THAT(service.routes, SizeIs(12));
  const Route& get_book = service.routes.front();
  EXPECT_EQ(get_book.method->name(), "GetBook");
  EXPECT_EQ(get_book.grpc_path, "/testing.library.v1.Library/GetBook");
  EXPECT_EQ(get_book.request.verb(), "GET");
  EXPECT_THAT(table.unannotated(), ElementsAre("testing.library.v1.Library.Reindex"));
}

TEST(RouteTable, KeepsTheIdempotencyLevelAsItIsWritten) {
  const RouteTable table = TableOf({LibraryService("Library"), LibraryService("Plain")});
  const auto level_of = [&](std::string_view name) {
    for (const RoutedService& service : table.services()) {
      for (const Route& route : service.routes) {
        if (route.method->name() == name) return route.idempotency;
      }
    }
    throw std::runtime_error("no such route");
  };
  EXPECT_EQ(level_of("GetBook"), pb::MethodOptions::NO_SIDE_EFFECTS);
  EXPECT_EQ(level_of("ReturnBook"), pb::MethodOptions::IDEMPOTENT);
  EXPECT_EQ(level_of("CreateBook"), pb::MethodOptions::IDEMPOTENCY_UNKNOWN);
  // Not even a GET is assumed to be repeatable.
  EXPECT_EQ(level_of("Wait"), pb::MethodOptions::IDEMPOTENCY_UNKNOWN);
}

TEST(RouteTable, CompilesReconcileRulesWhereThereAreAny) {
  const RouteTable table = TableOf({LibraryService("Library")});
  for (const Route& route : table.services().front().routes) {
    EXPECT_EQ(route.reconcile.has_value(), route.method->name() == "ReturnBook")
        << route.method->name();
  }
}

TEST(RouteTable, LeavesOutServicesWithoutARoute) {
  const RouteTable table = TableOf({LibraryService("Internal"), LibraryService("Plain")});
  ASSERT_THAT(table.services(), SizeIs(1));
  EXPECT_EQ(table.services().front().service, LibraryService("Plain"));
  EXPECT_THAT(table.unannotated(), ElementsAre("testing.library.v1.Internal.Compact"));
}

TEST(RouteTable, KeepsTheUpstreamOptionAndFillsInItsDefaults) {
  const RouteTable table = TableOf({LibraryService("Library"), LibraryService("Plain")});
  const v1::Upstream& library = table.services()[0].upstream;
  EXPECT_EQ(library.base_url(), "https://library.example/api");
  EXPECT_EQ(library.regions(0).base_url(), "https://eu.library.example:8443/api");
  EXPECT_EQ(library.headers(0).flag(), "api-version");
  EXPECT_EQ(library.error_domain(), "library.example");
  const v1::Upstream& plain = table.services()[1].upstream;
  EXPECT_EQ(plain.base_url(), "");
  EXPECT_EQ(plain.error_domain(), "testing.library.v1");
}

TEST(RouteTable, ReportsAllErrorsOfAllMethodsAtOnce) {
  const Errors errors = ErrorsOf({FaultyService("Faulty"), LibraryService("Library")});
  const std::string service = "testing.faulty.v1.Faulty/";
  EXPECT_THAT(
      errors,
      ElementsAre(
          service + "ClientStreaming: a streaming method cannot be served over HTTP/JSON yet",
          service + "ServerStreaming: a streaming method cannot be served over HTTP/JSON yet",
          service + "EmptyRule: the HTTP rule must have a verb and a path",
          service + "AbsentVariable: path variable \"name\" names no singular field of "
                    "testing.faulty.v1.Request",
          service + "AbsentAdditionalResponseBody: additional binding 2: response_body \"absent\" "
                    "names no field of testing.faulty.v1.Response",
          service + "AbsentResponseBody: response_body \"absent\" names no field of "
                    "testing.faulty.v1.Response",
          service + "ReconcileWithoutRoute: gateway.v1.reconcile needs google.api.http",
          service + "EmptyReconcile: reconcile: path template \"\", offset 0: a path must begin "
                    "with \"/\"",
          service + "EmptyReconcile: reconcile: field \"\" names no singular enum or string field "
                    "of testing.faulty.v1.Response",
          service + "EmptyReconcile: reconcile: done_reason \"ALREADY_\" must be UPPER_SNAKE_CASE "
                    "of at most 63 characters",
          service + "ThreeFaults: path template \"{id}\", offset 0: a path must begin with \"/\"",
          service + "ThreeFaults: body \"absent\" names no field of testing.faulty.v1.Request",
          service + "ThreeFaults: response_body \"absent\" names no field of "
                    "testing.faulty.v1.Response"));
}

TEST(RouteTable, ReportsAllErrorsOfAnUpstreamAtOnce) {
  const Errors errors = ErrorsOf({FaultyService("BadUpstream")});
  EXPECT_THAT(
      errors,
      ElementsAre(HasSubstr("testing.faulty.v1.BadUpstream: upstream: base_url "
                            "\"https://user@host\" must be an http:// or https:// URL"),
                  HasSubstr("regions.name \"a\" is there twice"),
                  HasSubstr("regions.base_url \"ftp://a\" must be"),
                  HasSubstr("regions.name \"\" must not be empty"),
                  HasSubstr("headers.name \"x-one\" is there twice"),
                  HasSubstr("headers.value of \"x-one\" must be printable ASCII"),
                  HasSubstr("headers.name \"X-Two\" must be an HTTP header name in lower case"),
                  HasSubstr("headers.flag \"api-key\" must be api-version or workspace-id"),
                  HasSubstr("headers.name \"host\" is a header that the gateway sets itself"),
                  HasSubstr("headers.name \"x three\" must be an HTTP header name in lower case"),
                  HasSubstr("returned_headers \"X-Four\" must be a gRPC metadata key"),
                  HasSubstr("returned_headers \"x-five-bin\" must be a gRPC metadata key"),
                  HasSubstr("returned_headers \"grpc-status\" must be a gRPC metadata key"),
                  HasSubstr("returned_headers \"x-six\" is there twice"),
                  HasSubstr("request_id_header \"x:seven\" must be an HTTP header name")));
}

TEST(UpstreamOption, AcceptsBaseUrlsThatCanBePrefixedToAPath) {
  const struct {
    const char* url;
    bool legal;
  } cases[] = {
      {"https://api.example.com", true},
      {"http://localhost:8080", true},
      {"http://127.0.0.1:1/a/b", true},
      {"http://[::1]:8080/a", true},
      {"https://[2001:db8::1]", true},
      {"https://host/a%20b", true},
      {"https://host/", false},
      {"https://host/a/", false},
      {"https://host//a", false},
      {"https://host/a/../b", false},
      {"https://host/a?b", false},
      {"https://host/a#b", false},
      {"https://host?b", false},
      {"https://user:password@host", false},
      {"https://host:0", false},
      {"https://host:65536", false},
      {"https://host:x", false},
      {"https://host:", false},
      {"https://", false},
      {"https:///a", false},
      {"https://[]", false},
      {"https://ho st", false},
      {"HTTPS://host", false},
      {"ftp://host", false},
      {"host", false},
      {"https://host/{id}", false},
      {"https://host\r\n", false},
  };
  for (const auto& c : cases) {
    pb::FileDescriptorProto file;
    file.set_name("upstream.proto");
    file.add_service()->set_name("Service");
    file.mutable_service(0)->mutable_options()->MutableExtension(v1::upstream)->set_base_url(c.url);
    pb::DescriptorPool pool;
    const auto upstream = CompileUpstream(*pool.BuildFile(file)->service(0));
    EXPECT_EQ(upstream.has_value(), c.legal) << c.url;
    // Without a package, the service's name is the error domain.
    if (upstream) {
      EXPECT_EQ(upstream->error_domain(), "Service");
    }
  }
}

TEST(RouteTable, CompilesTheBuiltInServicesFromTheirDescriptorSet) {
  pb::FileDescriptorSet set;
  ASSERT_TRUE(set.ParseFromArray(BuiltinDescriptorSet().data(),
                                 static_cast<int>(BuiltinDescriptorSet().size())));
  pb::DescriptorPool pool;
  std::vector<const pb::ServiceDescriptor*> services;
  for (const pb::FileDescriptorProto& proto : set.file()) {
    const pb::FileDescriptor* const file = pool.BuildFile(proto);
    ASSERT_NE(file, nullptr) << proto.name();
    for (int i = 0; i < file->service_count(); ++i) services.push_back(file->service(i));
  }
  const RouteTable table = TableOf(services);
  EXPECT_THAT(table.unannotated(), IsEmpty());
  ASSERT_THAT(table.services(), SizeIs(1));
  EXPECT_THAT(table.services().front().routes, ::testing::Not(IsEmpty()));
}

// A service of `count` methods that all return a testing.library.v1.ListBooksResponse.
const pb::ServiceDescriptor* ServiceOf(int count, pb::DescriptorPool* pool) {
  pb::FileDescriptorProto file;
  file.set_name("many.proto");
  file.set_syntax("proto3");
  file.add_dependency(std::string(testing::library::v1::Book::descriptor()->file()->name()));
  auto* const service = file.add_service();
  service->set_name("Many");
  for (int i = 0; i < count; ++i) {
    auto* const method = service->add_method();
    method->set_name("Method" + std::to_string(i));
    method->set_input_type(".testing.library.v1.ListBooksRequest");
    method->set_output_type(".testing.library.v1.ListBooksResponse");
    method->mutable_options()
        ->MutableExtension(google::api::http)
        ->set_get("/v" + std::to_string(i) + "/shelves/{shelf}/books");
  }
  const pb::FileDescriptor* const built = pool->BuildFile(file);
  return built == nullptr ? nullptr : built->service(0);
}

TEST(RouteTable, CompilesTheTablesOfAMessageOnceForAllMethods) {
  pb::DescriptorPool one_pool(pb::DescriptorPool::generated_pool());
  pb::DescriptorPool many_pool(pb::DescriptorPool::generated_pool());
  const RouteTable one = TableOf({ServiceOf(1, &one_pool)});
  const RouteTable many = TableOf({ServiceOf(1000, &many_pool)});
  EXPECT_THAT(many.services().front().routes, SizeIs(1000));
  EXPECT_EQ(many.json_tables().message_count(), one.json_tables().message_count());
}

}  // namespace
}  // namespace gateway
