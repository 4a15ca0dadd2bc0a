// What callgrind counts, function by function: each scenario does the same work so many times, and
// ends with a dump that is named after it and their number. Run by tests/bench/instructions/run.
#include <google/protobuf/message.h>
#include <valgrind/callgrind.h>

#include <cstdlib>
#include <functional>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/descriptors/descriptor_source.h"
#include "gateway/json/json_reader.h"
#include "gateway/transcoding/route_table.h"
#include "gateway/transcoding/status_mapping.h"
#include "tests/bench/documents.h"

namespace gateway {
namespace {

namespace pb = google::protobuf;

/// The built-in API, as the gateway compiles it.
struct Api {
  std::unique_ptr<DescriptorSource> descriptors = DescriptorSource::Load({});
  RouteTable routes = RouteTable::Compile(descriptors->services());

  [[nodiscard]] const Route& RouteOf(std::string_view method) const {
    for (const RoutedService& service : routes.services()) {
      for (const Route& route : service.routes) {
        if (route.method->name() == method) return route;
      }
    }
    std::abort();
  }

  [[nodiscard]] std::unique_ptr<pb::Message> Request(const Route& route,
                                                     const std::string& json) const {
    const pb::Descriptor* const type = route.method->input_type();
    std::unique_ptr<pb::Message> message(descriptors->Prototype(type)->New());
    if (!message->ParseFromString(JsonReader(*type, routes.json_tables()).Read(json, {}).value())) {
      std::abort();
    }
    return message;
  }
};

/// `work` once before it is counted: what is made when it is first needed is not part of it.
void Count(const std::string& name, int repetitions, const std::function<void()>& work) {
  work();
  const std::string dump = name + " " + std::to_string(repetitions);
  CALLGRIND_TOGGLE_COLLECT;
  for (int i = 0; i < repetitions; ++i) work();
  CALLGRIND_TOGGLE_COLLECT;
  CALLGRIND_DUMP_STATS_AT(dump.c_str());
}

void CountReading(const Api& api) {
  const JsonReader reader(*api.RouteOf("GetSplitRun").method->output_type(),
                          api.routes.json_tables());
  for (const std::string_view name : DocumentNames()) {
    const std::string json = NamedDocument(name).value();
    Count("json_reader." + std::string(name), json.size() < 10'000 ? 1000 : 4, [&] {
      if (!reader.Read(json, {})) std::abort();
    });
  }
}

void CountBinding(const Api& api) {
  const struct {
    std::string_view method;
    std::string request;
  } cases[] = {
      {"CancelSplitRun", R"({"id": "splr_Xj8mK2pL9nR4vT7qY5wZ"})"},
      {"ListSplitRuns", R"({"status": "PROCESSING", "fileNameContains": "März 2024 & more",
                            "sortBy": "createdAt", "sortDir": "desc", "maxPageSize": 100,
                            "nextPageToken": "MjAyNC0wMy0yMVQxNjo0NTowMFo+c3Bs/3I="})"},
      {"CreateSplitRun", R"({"splitter": {"id": "spl_H3nB6vC1xZ0aS4dF7gJk", "version": "1.0",
                               "overrideConfig": {"splitRules": "One document \"per\" invoice"}},
                             "file": {"url": "https://files.example/packet.pdf?signature=abc",
                                      "name": "packet.pdf"},
                             "priority": 10, "metadata": {"caseId": "C-2024-118"}})"},
  };
  for (const auto& c : cases) {
    const Route& route = api.RouteOf(c.method);
    const auto request = api.Request(route, c.request);
    Count("request_binding." + std::string(c.method), 1000, [&] {
      if (!route.request.Bind(*request)) std::abort();
    });
  }
}

void CountMapping() {
  const struct {
    std::string_view name;
    HttpResponse answer;
  } cases[] = {
      {"json",
       {429,
        {{"content-type", "application/json"},
         {"x-extend-request-id", "req_Xj8mK2pL9nR4vT7qY5wZ"},
         {"retry-after", "2"}},
        R"({"code":"RATE_LIMIT_EXCEEDED","message":"Too many requests, slow down.",)"
        R"("retryable":true,"requestId":"req_Xj8mK2pL9nR4vT7qY5wZ",)"
        R"("docUrl":"https://docs.extend.ai/errors/rate-limit"})"}},
      {"html",
       {502,
        {{"content-type", "text/html"}},
        "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"}},
  };
  const FailureContext context{.error_domain = "api.extend.ai",
                               .request_id_header = "x-extend-request-id",
                               .attempts = 3,
                               .retry_after = std::chrono::seconds(2)};
  for (const auto& c : cases) {
    Count("status_mapping." + std::string(c.name), 1000, [&] {
      const ResponseClass response_class =
          ClassifyErrorResponse(c.answer, std::chrono::system_clock::time_point());
      const grpc::Status status = StatusOfResponse(c.answer, response_class.error_body, context);
      if (status.ok() || response_class.success) std::abort();
    });
  }
}

}  // namespace
}  // namespace gateway

int main() {
  const gateway::Api api;
  gateway::CountReading(api);
  gateway::CountBinding(api);
  gateway::CountMapping();
  return 0;
}
