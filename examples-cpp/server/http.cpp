#include "http.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <utility>

namespace server {
namespace {

constexpr std::size_t longest_request = 8 << 10;
constexpr timeval patience = {5, 0};  // with a client that sends nothing, so that none of them holds a worker

const char* reason(int status) {
  switch (status) {
    case 200: return "OK";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    default: return "Bad Request";
  }
}

bool send_all(int connection, const std::string& text) {
  for (std::size_t sent = 0; sent < text.size();) {
    const ssize_t more = send(connection, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
    if (more <= 0) return false;
    sent += static_cast<std::size_t>(more);
  }
  return true;
}

}  // namespace

http::http(unsigned short port, unsigned workers, handler handle) : handle_(std::move(handle)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* const general = reinterpret_cast<sockaddr*>(&address);
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const int yes = 1;
  setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (bind(listener_, general, length) != 0 || listen(listener_, 128) != 0) return;
  if (getsockname(listener_, general, &length) == 0) port_ = ntohs(address.sin_port);
  for (unsigned i = 0; i < workers; i++) workers_.emplace_back([this] { work(); });
}

http::~http() {
  {
    const std::lock_guard<std::mutex> hold(lock_);
    is_over_ = true;
  }
  changed_.notify_all();
  for (auto& worker : workers_) worker.join();
  if (listener_ >= 0) close(listener_);
}

void http::run(int stop) {
  pollfd events[] = {{listener_, POLLIN, 0}, {stop, POLLIN, 0}};
  while (events[1].revents == 0) {
    if (poll(events, 2, -1) > 0 && events[0].revents != 0) accept_all();
  }
  // The kernel has taken connections that nobody has asked for yet: they are answered too.
  accept_all();
  close(std::exchange(listener_, -1));
}

void http::accept_all() {
  for (;;) {
    const int connection = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) return;
    {
      const std::lock_guard<std::mutex> hold(lock_);
      waiting_.push_back(connection);
    }
    changed_.notify_one();
  }
}

void http::work() {
  std::unique_lock<std::mutex> hold(lock_);
  for (;;) {
    changed_.wait(hold, [this] { return is_over_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    const int connection = waiting_.front();
    waiting_.pop_front();
    hold.unlock();
    serve(connection);
    close(connection);
    hold.lock();
  }
}

// One request for each connection.
void http::serve(int connection) {
  setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  std::string request;
  char part[1024];
  while (request.find("\r\n\r\n") == std::string::npos) {
    const ssize_t got = request.size() > longest_request ? -1 : recv(connection, part, sizeof part, 0);
    if (got <= 0) return;
    request.append(part, static_cast<std::size_t>(got));
  }
  const std::size_t method_end = request.find(' ');
  const std::size_t path_end = method_end == std::string::npos ? method_end : request.find(' ', method_end + 1);
  answer given{400, "text/plain", "expected METHOD PATH HTTP/1.1\n"};
  if (path_end != std::string::npos) {
    given = handle_(request.substr(0, method_end), request.substr(method_end + 1, path_end - method_end - 1));
  }
  send_all(connection, "HTTP/1.1 " + std::to_string(given.status) + " " + reason(given.status) + "\r\nContent-Type: " +
                           given.type + "\r\nContent-Length: " + std::to_string(given.body.size()) +
                           "\r\nConnection: close\r\n\r\n" + given.body);
}

}  // namespace server
