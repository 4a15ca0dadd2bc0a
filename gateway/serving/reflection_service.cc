#include "gateway/serving/reflection_service.h"

#include <grpc/reflection/v1/reflection.grpc.pb.h>
#include <grpc/reflection/v1alpha/reflection.grpc.pb.h>
#include <grpcpp/support/server_callback.h>

#include "gateway/serving/descriptor_index.h"

namespace gateway {
namespace {

struct V1 {
  using Service = grpc::reflection::v1::ServerReflection;
  using Request = grpc::reflection::v1::ServerReflectionRequest;
  using Response = grpc::reflection::v1::ServerReflectionResponse;
};
// The same messages under another package: one template serves both.
struct V1Alpha {
  using Service = grpc::reflection::v1alpha::ServerReflection;
  using Request = grpc::reflection::v1alpha::ServerReflectionRequest;
  using Response = grpc::reflection::v1alpha::ServerReflectionResponse;
};

template <class Response>
void SetNotFound(const std::string& what, Response& response) {
  response.mutable_error_response()->set_error_code(static_cast<int>(grpc::StatusCode::NOT_FOUND));
  response.mutable_error_response()->set_error_message("not found: " + what);
}

template <class Response>
void SetFile(DescriptorIndex::File file, const std::string& what, Response& response) {
  if (file == nullptr) return SetNotFound(what, response);
  for (std::string& bytes : DescriptorIndex::WithImports(file)) {
    response.mutable_file_descriptor_response()->add_file_descriptor_proto(std::move(bytes));
  }
}

template <class Version>
class ReflectionService final : public Version::Service::CallbackService {
  using Request = Version::Request;
  using Response = Version::Response;

 public:
  ReflectionService(const google::protobuf::DescriptorPool& pool, std::vector<std::string> services)
      : index_(pool), services_(std::move(services)) {}

  grpc::ServerBidiReactor<Request, Response>* ServerReflectionInfo(
      grpc::CallbackServerContext* /*context*/) override {
    return new Stream(*this);
  }

 private:
  /// One stream; gRPC runs its reactions one at a time, and OnDone last.
  class Stream final : public grpc::ServerBidiReactor<Request, Response> {
   public:
    explicit Stream(const ReflectionService& service) : service_(service) {
      this->StartRead(&request_);
    }
    void OnReadDone(bool ok) override {
      if (!ok) return this->Finish(grpc::Status::OK);
      response_ = service_.Answer(request_);
      this->StartWrite(&response_);
    }
    void OnWriteDone(bool ok) override {
      if (!ok) return this->Finish(grpc::Status::OK);
      this->StartRead(&request_);
    }
    void OnDone() override { delete this; }

   private:
    const ReflectionService& service_;
    Request request_;
    Response response_;
  };

  [[nodiscard]] Response Answer(const Request& request) const {
    Response response;
    response.set_valid_host(request.host());
    *response.mutable_original_request() = request;
    switch (request.message_request_case()) {
      case Request::kFileByFilename:
        SetFile(index_.FileByName(request.file_by_filename()), request.file_by_filename(),
                response);
        break;
      case Request::kFileContainingSymbol:
        SetFile(index_.FileOfSymbol(request.file_containing_symbol()),
                request.file_containing_symbol(), response);
        break;
      case Request::kFileContainingExtension: {
        const auto& extension = request.file_containing_extension();
        SetFile(index_.FileOfExtension(extension.containing_type(), extension.extension_number()),
                extension.containing_type(), response);
        break;
      }
      case Request::kAllExtensionNumbersOfType:
        SetExtensionNumbers(request.all_extension_numbers_of_type(), response);
        break;
      case Request::kListServices:
        for (const std::string& name : services_) {
          response.mutable_list_services_response()->add_service()->set_name(name);
        }
        break;
      case Request::MESSAGE_REQUEST_NOT_SET:
        response.mutable_error_response()->set_error_code(
            static_cast<int>(grpc::StatusCode::INVALID_ARGUMENT));
        response.mutable_error_response()->set_error_message("no question is asked");
        break;
    }
    return response;
  }

  void SetExtensionNumbers(const std::string& type, Response& response) const {
    const auto numbers = index_.ExtensionNumbers(type);
    if (!numbers) return SetNotFound(type, response);
    auto& answer = *response.mutable_all_extension_numbers_response();
    answer.set_base_type_name(type);
    answer.mutable_extension_number()->Add(numbers->begin(), numbers->end());
  }

  const DescriptorIndex index_;
  const std::vector<std::string> services_;
};

}  // namespace

std::vector<std::unique_ptr<grpc::Service>> MakeReflectionServices(
    const google::protobuf::DescriptorPool& pool, std::vector<std::string> services) {
  services.insert(services.end(), {"grpc.health.v1.Health", V1::Service::service_full_name(),
                                   V1Alpha::Service::service_full_name()});
  std::vector<std::unique_ptr<grpc::Service>> versions;
  versions.push_back(std::make_unique<ReflectionService<V1>>(pool, services));
  versions.push_back(std::make_unique<ReflectionService<V1Alpha>>(pool, services));
  return versions;
}

}  // namespace gateway
