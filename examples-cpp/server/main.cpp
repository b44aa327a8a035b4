// A small inference server: models from a directory, verified before they are served, and swapped while requests are answered.
//
//   server ROOT [PORT]
//
// ROOT/NAME/NUMBER/ is a version of a model, with a manifest that covers it; the greatest number is served. The server listens on
// 127.0.0.1 (any free port without PORT), prints the port, looks for new versions ten times a second, and ends with SIGTERM or SIGINT when
// all requests have been answered.
//
//   GET /models               the models and the versions that are served
//   GET /models/NAME/TENSOR   the sum of a tensor's bytes: what stands for inference here
//   GET /metrics              counters for Prometheus
//   GET /healthz
#include <weighbridge.hpp>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <unistd.h>

#include "http.hpp"
#include "store.hpp"
#include "telemetry.hpp"

namespace wb = weighbridge;

namespace {

constexpr auto refresh_interval = std::chrono::milliseconds(100);
constexpr unsigned workers = 4;

int stop_pipe[2];

void ask_to_stop(int) {
  const char byte = 0;
  static_cast<void>(!write(stop_pipe[1], &byte, 1));
}

std::string json_string(std::string_view text) {
  std::string all = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') all += '\\';
    if (static_cast<unsigned char>(c) >= 0x20) all += c;
  }
  return all + '"';
}

server::answer not_found(const char* what) { return {404, "application/json", std::string("{\"error\":\"no such ") + what + "\"}\n"}; }

std::string description(const server::version& one) {
  return "{\"name\":" + json_string(one.name) + ",\"version\":" + std::to_string(one.number) +
         ",\"tensors\":" + std::to_string(one.weights.size()) + "}";
}

server::answer list(const server::store& models) {
  std::string body;
  for (const auto& one : models.all()) body += (body.empty() ? "" : ",") + description(*one);
  return {200, "application/json", "{\"models\":[" + body + "]}\n"};
}

// Everything in the answer is of one version, whatever happens meanwhile.
server::answer infer(const server::store& models, const std::string& path) {
  const std::size_t slash = path.find('/');
  const auto version = models.find(path.substr(0, slash));
  if (!version) return not_found("model");
  const auto tensor = slash == std::string::npos ? version->weights.find("") : version->weights.find(path.substr(slash + 1));
  if (!tensor) return not_found("tensor");
  std::uint64_t sum = 0;
  for (const std::byte byte : tensor->host_bytes()) sum += static_cast<std::uint64_t>(byte);
  return {200, "application/json", "{\"version\":" + std::to_string(version->number) + ",\"sum\":" + std::to_string(sum) + "}\n"};
}

server::answer route(const server::store& models, const server::telemetry& counted, const std::string& method,
                     const std::string& path) {
  const std::string models_path = "/models/";
  if (method != "GET") return {405, "text/plain", "expected GET\n"};
  if (path == "/healthz") return {200, "text/plain", "ok\n"};
  if (path == "/metrics") return {200, "text/plain; version=0.0.4", counted.text()};
  if (path == "/models") return list(models);
  if (path.compare(0, models_path.size(), models_path) == 0) return infer(models, path.substr(models_path.size()));
  return not_found("page");
}

// Looks for new versions until it is told to stop.
class refresher {
 public:
  explicit refresher(server::store& models) : thread_([this, &models] { run(models); }) {}
  ~refresher() {
    is_over_ = true;
    thread_.join();
  }

 private:
  void run(server::store& models) {
    while (!is_over_) {
      for (const auto& problem : models.refresh()) std::fprintf(stderr, "%s\n", problem.c_str());
      std::this_thread::sleep_for(refresh_interval);
    }
  }

  std::atomic<bool> is_over_{false};
  std::thread thread_;
};

int run(const char* root, unsigned short port) {
  server::telemetry counted;
  wb::context_options options;
  options.max_threads = 2;
  options.measures = &counted;
  auto host = wb::context::create(options);
  if (!host) {
    const auto why = host.error().message();
    std::fprintf(stderr, "%.*s\n", static_cast<int>(why.size()), why.data());
    return 1;
  }
  server::store models(std::move(*host), root);
  for (const auto& problem : models.refresh()) std::fprintf(stderr, "%s\n", problem.c_str());

  server::http http(port, workers, [&](const std::string& method, const std::string& path) {
    auto given = route(models, counted, method, path);
    counted.answered(given.status);
    return given;
  });
  if (http.port() == 0) {
    std::fprintf(stderr, "cannot listen on port %u\n", static_cast<unsigned>(port));
    return 1;
  }
  std::printf("listening on 127.0.0.1:%u\n", static_cast<unsigned>(http.port()));
  std::fflush(stdout);
  const refresher refreshes(models);
  http.run(stop_pipe[0]);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2 && argc != 3) {
    std::fprintf(stderr, "usage: server ROOT [PORT]\n");
    return 2;
  }
  if (!std::filesystem::is_directory(argv[1])) {
    std::fprintf(stderr, "%s: expected a directory of models\n", argv[1]);
    return 1;
  }
  if (pipe(stop_pipe) != 0) return 1;
  std::signal(SIGTERM, ask_to_stop);
  std::signal(SIGINT, ask_to_stop);
  return run(argv[1], static_cast<unsigned short>(argc == 3 ? std::atoi(argv[2]) : 0));
}
