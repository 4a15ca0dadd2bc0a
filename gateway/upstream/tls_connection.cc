#include "gateway/upstream/tls_connection.h"

#include <memory>
#include <string_view>
#include <tuple>

namespace gateway {
namespace {

/// What a context keeps until its end: libcurl makes one for each connection.
using Kept = std::shared_ptr<bool>;

void Release(void* /*context*/, void* kept, CRYPTO_EX_DATA* /*all*/, int /*index*/, long /*unused*/,
             void* /*unused*/) {
  delete static_cast<Kept*>(kept);
}

int KeptIndex() {
  static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, &Release);
  return index;
}

Kept* KeptOf(const SSL* tls) {
  return static_cast<Kept*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(tls), KeptIndex()));
}

void OnInfo(const SSL* tls, int where, int alert) {
  constexpr int kDescription = 0xff;
  if (where != SSL_CB_READ_ALERT || (alert & kDescription) != SSL_AD_CLOSE_NOTIFY) return;
  if (const Kept* kept = KeptOf(tls)) **kept = true;
}

}  // namespace

CURLcode WatchForCloseNotify(CURL* /*easy*/, void* context, void* /*unused*/) {
  auto* const tls_context = static_cast<SSL_CTX*>(context);
  auto kept = std::make_unique<Kept>(std::make_shared<bool>(false));
  if (SSL_CTX_set_ex_data(tls_context, KeptIndex(), kept.get()) != 1) return CURLE_OUT_OF_MEMORY;
  std::ignore = kept.release();  // The context's now.
  SSL_CTX_set_info_callback(tls_context, &OnInfo);
  return CURLE_OK;
}

CloseNotifySeen CloseNotifyOf(const SSL* tls) {
  const Kept* kept = KeptOf(tls);
  return kept != nullptr ? *kept : nullptr;
}

SSL* TlsOf(CURL* easy) {
  const curl_tlssessioninfo* info = nullptr;
  if (curl_easy_getinfo(easy, CURLINFO_TLS_SSL_PTR, &info) != CURLE_OK || info == nullptr ||
      info->backend != CURLSSLBACKEND_OPENSSL) {
    return nullptr;
  }
  return static_cast<SSL*>(info->internals);
}

bool SpeaksHttp2(const SSL* tls) {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(tls, &name, &size);
  return std::string_view(reinterpret_cast<const char*>(name), size) == "h2";
}

}  // namespace gateway
