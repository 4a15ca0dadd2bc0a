#include "gateway/serving/reflection_service.h"

#include <grpc/health/v1/health.grpc.pb.h>
#include <grpc/reflection/v1/reflection.grpc.pb.h>
#include <grpc/reflection/v1alpha/reflection.grpc.pb.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/async_stream.h>

#include "gateway/descriptors/descriptor_index.h"

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
class VersionedReflection final : public ReflectionService {
  using Request = Version::Request;
  using Response = Version::Response;

 public:
  VersionedReflection(const google::protobuf::DescriptorPool& pool,
                      std::vector<std::string> services)
      : index_(pool), services_(std::move(services)) {}

  grpc::Service& service() override { return async_; }
  void Serve(CallQueue& queue) override { new Stream(*this, queue); }

 private:
  /// One stream: a response to each request, one at a time. Owns itself: deleted when it has ended.
  class Stream {
   public:
    Stream(VersionedReflection& reflection, CallQueue& queue)
        : token_(queue.users()), reflection_(reflection), queue_(queue) {
      reflection.async_.RequestServerReflectionInfo(&context_, &stream_, &queue.queue(),
                                                    &queue.queue(), &begun_tag_);
    }

   private:
    void OnBegun(bool ok) {
      if (!ok) return OnFinished(ok);
      new Stream(reflection_, queue_);
      stream_.Read(&request_, &read_tag_);
    }
    void OnRead(bool ok) {
      if (!ok) return stream_.Finish(grpc::Status::OK, &finished_tag_);
      stream_.Write(reflection_.MakeResponse(request_), &written_tag_);
    }
    void OnWritten(bool ok) {
      if (!ok) return stream_.Finish(grpc::Status::OK, &finished_tag_);
      stream_.Read(&request_, &read_tag_);
    }
    void OnFinished(bool /*ok*/) { delete this; }

    const WaitGroup::Token token_;
    VersionedReflection& reflection_;
    CallQueue& queue_;
    grpc::ServerContext context_;
    grpc::ServerAsyncReaderWriter<Response, Request> stream_{&context_};
    Request request_;
    MemberTag<Stream> begun_tag_{*this, &Stream::OnBegun};
    MemberTag<Stream> read_tag_{*this, &Stream::OnRead};
    MemberTag<Stream> written_tag_{*this, &Stream::OnWritten};
    MemberTag<Stream> finished_tag_{*this, &Stream::OnFinished};
  };

  [[nodiscard]] Response MakeResponse(const Request& request) const {
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
        response.mutable_error_response()->set_error_message(
            "the request asks for nothing: one of its fields must be set");
        break;
    }
    return response;
  }

  void SetExtensionNumbers(const std::string& type, Response& response) const {
    const auto numbers = index_.ExtensionNumbers(type);
    if (!numbers) return SetNotFound(type, response);
    auto& extensions = *response.mutable_all_extension_numbers_response();
    extensions.set_base_type_name(type);
    extensions.mutable_extension_number()->Add(numbers->begin(), numbers->end());
  }

  Version::Service::AsyncService async_;
  const DescriptorIndex index_;
  const std::vector<std::string> services_;
};

}  // namespace

std::vector<std::unique_ptr<ReflectionService>> MakeReflectionServices(
    const google::protobuf::DescriptorPool& pool, std::vector<std::string> services) {
  services.insert(services.end(),
                  {grpc::health::v1::Health::service_full_name(), V1::Service::service_full_name(),
                   V1Alpha::Service::service_full_name()});
  std::vector<std::unique_ptr<ReflectionService>> versions;
  versions.push_back(std::make_unique<VersionedReflection<V1>>(pool, services));
  versions.push_back(std::make_unique<VersionedReflection<V1Alpha>>(pool, services));
  return versions;
}

}  // namespace gateway
