// A floor: what libcurl itself costs. Sends the same GET N times, C at a time, from one curl_multi
// loop, with the headers that the gateway sends, and compares every answer.
//
// Usage: curl_floor --url URL --answer FILE [--http 1.1|2] [--ca FILE] [--requests N]
//   [--concurrency C]
// Prints one JSON object. Status 1 if an answer was anything else. As many requests as there are at
// a time go before, uncounted: they open the connections.
#include <curl/curl.h>

#include <CLI/CLI.hpp>
#include <ctime>
#include <deque>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

namespace {

struct Options {
  std::string url;
  std::string answer_file;
  std::string http = "1.1";
  std::string ca_file;
  long requests = 10'000;
  long concurrency = 32;
};

long Nanoseconds(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return time.tv_sec * 1'000'000'000 + time.tv_nsec;
}

/// One request at a time, again and again on the same handle.
struct Transfer {
  std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> easy{curl_easy_init(), curl_easy_cleanup};
  std::string body;

  static std::size_t OnBody(char* data, std::size_t size, std::size_t count, void* self) {
    static_cast<Transfer*>(self)->body.append(data, size * count);
    return size * count;
  }
};

class Loop {
 public:
  Loop(const Options& options, std::string answer)
      : options_(options), answer_(std::move(answer)), multi_(curl_multi_init()) {
    for (const char* line :
         {"authorization: Bearer bench", "x-extend-api-version: 2026-02-09",
          "user-agent: extend-gateway/0.0.0",
          "Accept:", "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}) {
      headers_ = curl_slist_append(headers_, line);
    }
    for (long i = 0; i < options.concurrency; ++i) SetUp(transfers_.emplace_back());
  }
  ~Loop() {
    for (Transfer& transfer : transfers_) curl_multi_remove_handle(multi_, transfer.easy.get());
    curl_multi_cleanup(multi_);
    curl_slist_free_all(headers_);
  }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// How many were answered as they should.
  long Run(long requests) {
    to_start_ = requests;
    right_ = 0;
    running_ = 0;
    for (Transfer& transfer : transfers_) Start(transfer);
    while (running_ > 0) {
      int left = 0;
      curl_multi_perform(multi_, &left);
      TakeFinished();
      if (running_ > 0) curl_multi_poll(multi_, nullptr, 0, 1000, nullptr);
    }
    return right_;
  }

 private:
  void SetUp(Transfer& transfer) {
    CURL* const easy = transfer.easy.get();
    const bool tls = options_.url.starts_with("https:");
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers_);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &Transfer::OnBody);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, &transfer);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
    curl_easy_setopt(easy, CURLOPT_PIPEWAIT, options_.http == "2" ? 1L : 0L);
    curl_easy_setopt(
        easy, CURLOPT_HTTP_VERSION,
        static_cast<long>(options_.http == "2" ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1));
    if (tls) curl_easy_setopt(easy, CURLOPT_CAINFO, options_.ca_file.c_str());
  }

  void Start(Transfer& transfer) {
    if (to_start_ == 0) return;
    --to_start_;
    ++running_;
    transfer.body.clear();
    // Each call has a URL of its own, so that it is parsed again.
    curl_easy_setopt(transfer.easy.get(), CURLOPT_URL, options_.url.c_str());
    curl_multi_add_handle(multi_, transfer.easy.get());
  }

  void TakeFinished() {
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const CURLcode code = message->data.result;
      Transfer* transfer = nullptr;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
      long status = 0;
      curl_easy_getinfo(message->easy_handle, CURLINFO_RESPONSE_CODE, &status);
      curl_multi_remove_handle(multi_, message->easy_handle);
      if (code == CURLE_OK && status == 200 && transfer->body == answer_) ++right_;
      --running_;
      Start(*transfer);
    }
  }

  const Options& options_;
  const std::string answer_;
  CURLM* const multi_;
  curl_slist* headers_ = nullptr;
  std::deque<Transfer> transfers_;
  long to_start_ = 0;
  long running_ = 0;
  long right_ = 0;
};

int Measure(const Options& options) {
  std::ifstream file(options.answer_file, std::ios::binary);
  Loop loop(options, std::string(std::istreambuf_iterator<char>(file), {}));
  loop.Run(options.concurrency);
  const long cpu_begun = Nanoseconds(CLOCK_PROCESS_CPUTIME_ID);
  const long begun = Nanoseconds(CLOCK_MONOTONIC);
  const long right = loop.Run(options.requests);
  const long elapsed = Nanoseconds(CLOCK_MONOTONIC) - begun;
  const long cpu = Nanoseconds(CLOCK_PROCESS_CPUTIME_ID) - cpu_begun;
  std::cout << nlohmann::json{{"requests", options.requests},
                              {"right", right},
                              {"elapsed_ns", elapsed},
                              {"cpu_ns", cpu}}
            << std::endl;
  return right == options.requests ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("What libcurl alone costs");
  app.add_option("--url", options.url)->required();
  app.add_option("--answer", options.answer_file)->required()->check(CLI::ExistingFile);
  app.add_option("--http", options.http)->check(CLI::IsMember({"1.1", "2"}));
  app.add_option("--ca", options.ca_file)->check(CLI::ExistingFile);
  app.add_option("--requests", options.requests)->check(CLI::PositiveNumber);
  app.add_option("--concurrency", options.concurrency)->check(CLI::PositiveNumber);
  CLI11_PARSE(app, argc, argv);
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) return 1;
  return Measure(options);
}
