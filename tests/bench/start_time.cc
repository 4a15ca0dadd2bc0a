// How long a server needs from fork to its first right answer. The client is warm: it is this
// program, which starts the server again and again and calls it until it answers.
//
// Usage: start_time --socket PATH --path /PACKAGE.SERVICE/METHOD --request FILE --answer FILE
//   [--times N] -- COMMAND...
// The command must listen on the Unix socket. Files hold gRPC frames as they are on the wire.
// Prints a JSON array of milliseconds; status 1 if an answer did not come or was another.
#include <curl/curl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr std::chrono::seconds kPatience{10};
constexpr std::chrono::microseconds kBetweenTries{100};

struct Options {
  std::string socket;
  std::string path;
  std::string request_file;
  std::string answer_file;
  int times = 20;
  std::vector<std::string> command;
};

std::string ReadFile(const std::string& name) {
  std::ifstream file(name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::size_t Append(char* data, std::size_t size, std::size_t count, void* body) {
  static_cast<std::string*>(body)->append(data, size * count);
  return size * count;
}

/// One gRPC call at a time, each on a connection of its own.
class Caller {
 public:
  explicit Caller(const Options& options) : request_(ReadFile(options.request_file)) {
    for (const char* line : {"content-type: application/grpc", "te: trailers"}) {
      headers_ = curl_slist_append(headers_, line);
    }
    const std::string url = "http://localhost" + options.path;
    CURL* const easy = easy_.get();
    curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
    curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, options.socket.c_str());
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
                     static_cast<long>(CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE));
    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
    curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers_);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, static_cast<long>(request_.size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request_.data());
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &Append);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &body_);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT, 5L);
  }
  ~Caller() { curl_slist_free_all(headers_); }
  Caller(const Caller&) = delete;
  Caller& operator=(const Caller&) = delete;

  /// The answer's frame; empty if nobody listens yet.
  std::string Call() {
    body_.clear();
    return curl_easy_perform(easy_.get()) == CURLE_OK ? body_ : "";
  }

 private:
  const std::string request_;
  std::string body_;
  curl_slist* headers_ = nullptr;
  std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> easy_{curl_easy_init(), curl_easy_cleanup};
};

/// Ends with its owner.
class Server {
 public:
  explicit Server(std::vector<std::string> command) {
    std::vector<char*> words;
    for (std::string& word : command) words.push_back(word.data());
    words.push_back(nullptr);
    if (posix_spawn(&pid_, words[0], nullptr, nullptr, words.data(), environ) != 0) pid_ = 0;
  }
  ~Server() {
    if (pid_ == 0) return;
    kill(pid_, SIGTERM);
    waitpid(pid_, nullptr, 0);
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

 private:
  pid_t pid_ = 0;
};

/// Negative if no right answer came.
double MeasureStart(const Options& options, Caller& caller, const std::string& expected) {
  unlink(options.socket.c_str());
  const Clock::time_point begun = Clock::now();
  const Server server(options.command);
  while (Clock::now() - begun < kPatience) {
    const std::string answer = caller.Call();
    const Milliseconds elapsed = Clock::now() - begun;
    if (!answer.empty()) return answer == expected ? elapsed.count() : -1;
    std::this_thread::sleep_for(kBetweenTries);
  }
  return -1;
}

int Measure(const Options& options) {
  Caller caller(options);
  const std::string expected = ReadFile(options.answer_file);
  nlohmann::json times = nlohmann::json::array();
  for (int i = 0; i < options.times; ++i) {
    const double milliseconds = MeasureStart(options, caller, expected);
    if (milliseconds < 0) {
      std::cerr << "start_time: no answer, or another than expected\n";
      return 1;
    }
    times.push_back(milliseconds);
  }
  std::cout << times << std::endl;
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("How long a server needs to its first answer");
  app.add_option("--socket", options.socket)->required();
  app.add_option("--path", options.path)->required();
  app.add_option("--request", options.request_file)->required()->check(CLI::ExistingFile);
  app.add_option("--answer", options.answer_file)->required()->check(CLI::ExistingFile);
  app.add_option("--times", options.times)->check(CLI::PositiveNumber);
  app.add_option("command", options.command)->required();
  CLI11_PARSE(app, argc, argv);
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) return 1;
  return Measure(options);
}
