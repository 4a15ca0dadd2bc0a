#include "gateway/cli/local_commands.h"

#include <fmt/format.h>
#include <google/protobuf/stubs/common.h>
#include <grpcpp/grpcpp.h>

#include <ostream>

#include "gateway/base/version.h"
#include "gateway/cli/client_channel.h"
#include "gateway/cli/status_text.h"
#include "gateway/serving/app.h"
#include "gateway/upstream/curl_http_loop.h"

namespace gateway {

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
  out << fmt::format("extend-gateway {}\ngRPC/{} Protobuf/{} {}\n", Version(), grpc::Version(),
                     google::protobuf::internal::VersionString(GOOGLE_PROTOBUF_VERSION),
                     CurlHttpLoop::LibraryVersion());
  return 0;
}

}  // namespace gateway
