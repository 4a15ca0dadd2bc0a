// TLS for one listening port of a gRPC server, with a certificate that may change while it listens:
// each handshake uses the current one, open connections stay as they are. Thread-safe.
//
// gRPC's own way to reload (FileWatcherCertificateProvider) reads files itself and checks nothing,
// so that a half-written one breaks all handshakes. Its C API has a callback before each handshake
// instead; this unit makes it a grpc::ServerCredentials, for which the C++ API has no function.
#pragma once

#include <grpcpp/security/server_credentials.h>

#include <memory>

#include "gateway/base/address.h"
#include "gateway/base/atomic_value.h"
#include "gateway/credentials/tls_material.h"

namespace gateway {

/// TLS 1.2 or later. Where `tls` has a CA at first, callers need a certificate that the current CA
/// has signed. For the port of `address`, which is no socket file. `tls` and the credentials must
/// outlive the server.
std::shared_ptr<grpc::ServerCredentials> TlsPortCredentials(const AtomicValue<TlsMaterial>& tls,
                                                            const Address& address);

}  // namespace gateway
