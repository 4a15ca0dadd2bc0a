// Certificates in files for a gateway that listens over TLS, and callers with TLS.
#pragma once

#include <grpcpp/security/credentials.h>

#include <memory>
#include <string>

#include "tests/support/mounted_secret.h"
#include "tests/support/test_certificate.h"
#include "tests/wire/gateway_fixture.h"

namespace gateway {

/// The files of an identity, and a CA beside them.
inline MountedSecret::Files SecretOf(const TestCertificate& identity, const std::string& ca_pem) {
  return {{"tls.crt", identity.certificate_pem}, {"tls.key", identity.key_pem}, {"ca.crt", ca_pem}};
}

/// Of a caller that trusts `ca_pem`, and shows `identity`, if it has one.
inline std::shared_ptr<grpc::ChannelCredentials> CallerTls(const std::string& ca_pem,
                                                           const TestCertificate& identity = {}) {
  return grpc::SslCredentials({.pem_root_certs = ca_pem,
                               .pem_private_key = identity.key_pem,
                               .pem_cert_chain = identity.certificate_pem});
}

/// What a call saw of the connection it went over.
struct TlsCall {
  grpc::Status status;
  /// Common name of the gateway's certificate; empty without TLS.
  std::string server_name;
};

/// GetSplitRun over that channel.
inline TlsCall CallOver(const std::shared_ptr<grpc::Channel>& channel) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
  extend::v1::GetSplitRunRequest request;
  request.set_id("splr_1");
  extend::v1::SplitRun run;
  TlsCall call;
  call.status = extend::v1::SplitRunService::NewStub(channel)->GetSplitRun(&context, request, &run);
  const auto auth = context.auth_context();
  if (auth != nullptr) {
    for (const grpc::string_ref& name : auth->FindPropertyValues("x509_common_name")) {
      call.server_name.assign(name.data(), name.size());
    }
  }
  return call;
}

}  // namespace gateway
