#include "gateway/upstream/curl_http_loop.h"

#include <csignal>
#include <cstdlib>
#include <limits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "gateway/upstream/curl_easy.h"
#include "gateway/upstream/curl_multi.h"

namespace gateway {
namespace {

/// Handles that are kept for the next transfers.
constexpr std::size_t kMaxIdleHandles = 256;

/// libcurl is to keep all idle connections: CurlEasy closes those above the limit. libcurl stores
/// this as an int.
constexpr long kNoLimitOfKept = std::numeric_limits<int>::max();

void InitialiseLibcurlOnce() {
  static const bool initialised = [] {
    // libcurl would write the keys of all connections to the file that it names. No thread that
    // reads the environment runs yet. NOLINTNEXTLINE(concurrency-mt-unsafe)
    unsetenv("SSLKEYLOGFILE");
    // OpenSSL writes to sockets without MSG_NOSIGNAL.
    static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
    return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  }();
  if (!initialised) std::abort();
}

}  // namespace

class CurlHttpLoop::Impl {
 public:
  explicit Impl(const CurlHttpLoopOptions& options)
      : options_(options),
        connections_(options.max_silence),
        loop_({.finished = [this](CURL* easy, CURLcode code) { OnFinished(easy, code); },
               .stopped = [this] { EndAll(); }}) {
    curl_multi_setopt(loop_.multi(), CURLMOPT_MAXCONNECTS, kNoLimitOfKept);
    curl_multi_setopt(loop_.multi(), CURLMOPT_MAX_CONCURRENT_STREAMS,
                      CurlHttpLoopOptions::kMaxHttp2Streams);
    curl_multi_setopt(loop_.multi(), CURLMOPT_MAX_HOST_CONNECTIONS,
                      CurlHttpLoopOptions::kMaxHttp2Connections);
    loop_.Start();
  }

  CurlMulti& loop() { return loop_; }
  [[nodiscard]] int CountConnections() { return connections_.Count(); }

  TransferId Send(std::shared_ptr<const HttpRequest> request, const TransferOptions& options,
                  std::function<void(HttpResult)> done);
  void Abort(TransferId id);

 private:
  struct Transfer {
    TransferId id = 0;
    std::unique_ptr<CurlEasy> easy;
    std::function<void(HttpResult)> done;
    Clock::time_point begun;
    CurlMulti::TimerId timeout = 0;
    bool added = false;
  };

  std::optional<TransportError> Begin(Transfer& transfer,
                                      std::shared_ptr<const HttpRequest> request,
                                      const TransferOptions& options);
  void SendAgain(Transfer& transfer);
  void OnFinished(CURL* easy, CURLcode code);
  void OnTimeout(TransferId id);
  /// Ends it and calls `done`. Unknown ids are ended already.
  void Finish(TransferId id, std::variant<HttpResponse, TransportError> value);
  /// Removes it from libcurl and from the table.
  Transfer Remove(TransferId id);
  void EndAll();
  void LearnVersion(CURL* easy);
  /// For good: HTTP/1.1 needs a connection for each call at a time.
  void LiftConnectionLimit();

  const CurlHttpLoopOptions options_;

  // Used on the loop thread. Handles are destroyed after the loop's multi handle, which they were
  // removed from.
  ConnectionTracker connections_;
  std::vector<std::unique_ptr<CurlEasy>> idle_;
  std::unordered_map<TransferId, Transfer> transfers_;
  TransferId next_id_ = 1;
  bool connections_limited_ = true;

  CurlMulti loop_;
};

HttpLoop::TransferId CurlHttpLoop::Impl::Send(std::shared_ptr<const HttpRequest> request,
                                              const TransferOptions& options,
                                              std::function<void(HttpResult)> done) {
  const TransferId id = next_id_++;
  Transfer& transfer = transfers_[id];
  transfer.id = id;
  transfer.done = std::move(done);
  transfer.begun = Clock::now();
  auto error = Begin(transfer, std::move(request), options);
  if (error) {
    // `done` must not run within Send.
    loop_.RunOnLoop([this, id, value = *std::move(error)] { Finish(id, value); });
  }
  return id;
}

std::optional<TransportError> CurlHttpLoop::Impl::Begin(Transfer& transfer,
                                                        std::shared_ptr<const HttpRequest> request,
                                                        const TransferOptions& options) {
  if (options.timeout <= Clock::duration::zero()) return ExplainTimeout({});
  if (idle_.empty()) {
    transfer.easy = std::make_unique<CurlEasy>(options_, connections_);
  } else {
    transfer.easy = std::move(idle_.back());
    idle_.pop_back();
  }
  static const auto kNoMaterial = std::make_shared<const TlsMaterial>();
  auto tls = options_.tls != nullptr ? options_.tls->Load() : kNoMaterial;
  if (!CurlEasy::MayShareConnections(options_, request->url)) LiftConnectionLimit();
  // Where connections are limited a fresh one may have to wait for ever, and broken ones leave the
  // pool by themselves.
  auto error =
      transfer.easy->Prepare(std::move(request), std::move(tls),
                             {.fresh_connection = options.fresh_connection && !connections_limited_,
                              .wait_for_http2 = connections_limited_});
  if (error) return error;

  curl_easy_setopt(transfer.easy->handle(), CURLOPT_PRIVATE, &transfer);
  transfer.added = loop_.Add(transfer.easy->handle());
  if (!transfer.added) return ExplainFailure(CURLE_FAILED_INIT, {});
  // Our own, as libcurl's does not run while a transfer waits for a connection.
  transfer.timeout = loop_.StartTimer(options.timeout, [this, id = transfer.id] { OnTimeout(id); });
  return std::nullopt;
}

// Nothing was sent, so it counts as no attempt; its timeout goes on. A fresh connection cannot be
// stale, so a transfer comes here once.
void CurlHttpLoop::Impl::SendAgain(Transfer& transfer) {
  if (options_.on_stale_connection) options_.on_stale_connection();
  transfer.easy->PrepareAgain();
  transfer.added = loop_.Add(transfer.easy->handle());
  if (!transfer.added) Finish(transfer.id, ExplainFailure(CURLE_FAILED_INIT, {}));
}

void CurlHttpLoop::Impl::Abort(TransferId id) {
  if (transfers_.contains(id)) static_cast<void>(Remove(id));
}

void CurlHttpLoop::Impl::OnFinished(CURL* easy, CURLcode code) {
  Transfer* transfer = nullptr;
  curl_easy_getinfo(easy, CURLINFO_PRIVATE, &transfer);
  transfer->added = false;
  if (transfer->easy->met_stale_connection()) return SendAgain(*transfer);
  if (code == CURLE_OK) LearnVersion(easy);
  Finish(transfer->id, transfer->easy->Conclude(code));
}

void CurlHttpLoop::Impl::OnTimeout(TransferId id) {
  const CurlEasy& easy = *transfers_.at(id).easy;
  if (connections_limited_ && easy.waits_among_others()) {
    connections_.OnUnanswered(easy.local_port(), easy.sent());
  }
  Finish(id, ExplainTimeout(easy.facts()));
}

void CurlHttpLoop::Impl::Finish(TransferId id, std::variant<HttpResponse, TransportError> value) {
  if (!transfers_.contains(id)) return;
  const Transfer transfer = Remove(id);
  transfer.done({std::move(value), Clock::now() - transfer.begun});
}

CurlHttpLoop::Impl::Transfer CurlHttpLoop::Impl::Remove(TransferId id) {
  Transfer transfer = std::move(transfers_.extract(id).mapped());
  if (transfer.added) loop_.Remove(transfer.easy->handle());
  loop_.StopTimer(transfer.timeout);
  if (transfer.easy != nullptr) {
    transfer.easy->Forget();
    if (transfer.easy->reusable() && idle_.size() < kMaxIdleHandles) {
      idle_.push_back(std::move(transfer.easy));
    }
  }
  return transfer;
}

void CurlHttpLoop::Impl::EndAll() {
  while (!transfers_.empty()) {
    const auto& [id, transfer] = *transfers_.begin();
    Finish(id, ExplainStop(transfer.easy != nullptr ? transfer.easy->facts() : TransferFacts{}));
  }
}

void CurlHttpLoop::Impl::LearnVersion(CURL* easy) {
  long version = 0;
  curl_easy_getinfo(easy, CURLINFO_HTTP_VERSION, &version);
  if (version == CURL_HTTP_VERSION_1_0 || version == CURL_HTTP_VERSION_1_1) LiftConnectionLimit();
}

void CurlHttpLoop::Impl::LiftConnectionLimit() {
  if (!std::exchange(connections_limited_, false)) return;
  curl_multi_setopt(loop_.multi(), CURLMOPT_MAX_HOST_CONNECTIONS, 0L);
}

CurlHttpLoop::CurlHttpLoop(const CurlHttpLoopOptions& options) {
  InitialiseLibcurlOnce();
  impl_ = std::make_unique<Impl>(options);
}

CurlHttpLoop::~CurlHttpLoop() { Stop(); }

void CurlHttpLoop::Stop() { impl_->loop().Stop(); }
int CurlHttpLoop::connections() const { return impl_->CountConnections(); }

std::string CurlHttpLoop::LibraryVersion() { return curl_version(); }

void CurlHttpLoop::RunOnLoop(std::function<void()> task) {
  impl_->loop().RunOnLoop(std::move(task));
}

HttpLoop::TransferId CurlHttpLoop::Send(std::shared_ptr<const HttpRequest> request,
                                        const TransferOptions& options,
                                        std::function<void(HttpResult)> done) {
  return impl_->Send(std::move(request), options, std::move(done));
}

void CurlHttpLoop::Abort(TransferId id) { impl_->Abort(id); }

HttpLoop::TimerId CurlHttpLoop::StartTimer(Clock::duration delay, std::function<void()> task) {
  return impl_->loop().StartTimer(delay, std::move(task));
}

void CurlHttpLoop::StopTimer(TimerId id) { impl_->loop().StopTimer(id); }

Clock::time_point CurlHttpLoop::Now() const { return Clock::now(); }

}  // namespace gateway
