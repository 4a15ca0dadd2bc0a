#include "gateway/cli/local_commands.h"

#include <absl/base/config.h>
#include <fmt/format.h>
#include <grpcpp/grpcpp.h>

#include <cstddef>
#include <ostream>
#include <string>

#include "gateway/base/version.h"
#include "gateway/cli/client_channel.h"
#include "gateway/cli/status_text.h"
#include "gateway/json/json_reader.h"
#include "gateway/json/protobuf_library.h"
#include "gateway/serving/app.h"
#include "gateway/upstream/curl_http_loop.h"

// Absent where a sanitizer has an allocator of its own.
extern "C" int mallctl(const char* name, void* old, std::size_t* old_size, void* value,
                       std::size_t size) __attribute__((weak));

namespace gateway {
namespace {

std::string JemallocVersion() {
  const char* version = nullptr;
  std::size_t size = sizeof(version);
  const bool known = mallctl != nullptr &&
                     mallctl("version", static_cast<void*>(&version), &size, nullptr, 0) == 0;
  return known ? version : "none";
}

}  // namespace

int RunCheck(const Config& config, std::ostream& out, std::ostream& err) {
  const auto app = App::Compile(config);
  if (!app) {
    err << ErrorLines(app.error());
    return kBadInput;
  }
  out << "the configuration is valid\n";
  for (const App::Service& service : (*app)->services()) {
    out << fmt::format("{}: {} methods, {}\n", service.descriptor->full_name(),
                       service.endpoints.size(), service.settings->base_url);
  }
  for (const std::string& method : (*app)->unannotated()) {
    out << fmt::format("{}: not served, it has no google.api.http annotation\n", method);
  }
  return 0;
}

int RunVersion(std::ostream& out) {
  out << fmt::format(
      "extend-gateway {}\n"
      "gRPC/{} Protobuf/{} Abseil/{} simdjson/{} jemalloc/{}\n"
      "{}\n",
      Version(), grpc::Version(), ProtobufVersion(), ABSL_LTS_RELEASE_VERSION,
      JsonReader::LibraryVersion(), JemallocVersion(), CurlHttpLoop::LibraryVersion());
  return 0;
}

}  // namespace gateway
