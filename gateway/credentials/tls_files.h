// The files of a TlsMaterial, checked together: certificate, key and CA.
//
// A function without state, thread-safe.
#pragma once

#include "gateway/base/atomic_value.h"
#include "gateway/credentials/tls_material.h"
#include "gateway/credentials/watched_files.h"

namespace gateway {

struct TlsFiles {
  WatchedFiles::File certificate;
  WatchedFiles::File key;
  WatchedFiles::File ca;
};

/// Sound contents go to `target`, which outlives the result. A file whose path is empty is none. A
/// certificate that is not valid today is logged and used all the same: the clock may be wrong, and
/// the one before it is hardly better.
WatchedFiles WatchTls(const TlsFiles& files, AtomicValue<TlsMaterial>& target);

}  // namespace gateway
