// As much of HTTP/1.1 as the example needs: requests without a body on a loopback socket, each connection on a worker.
#ifndef SERVER_HTTP_HPP
#define SERVER_HTTP_HPP

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace server {

struct answer {
  int status = 200;
  std::string type = "application/json";
  std::string body;
};

class http {
 public:
  // Called on a worker with the method and the path of a request.
  using handler = std::function<answer(const std::string& method, const std::string& path)>;

  // Listens on 127.0.0.1; `port` 0 is any that is free. The port is 0 if that fails.
  http(unsigned short port, unsigned workers, handler handle);
  // Takes no new connections, answers the requests that have come, and waits for that.
  ~http();
  http(const http&) = delete;
  http& operator=(const http&) = delete;

  unsigned short port() const noexcept { return port_; }
  // Takes connections until a byte can be read from `stop`.
  void run(int stop);

 private:
  void accept_all();
  void work();
  void serve(int connection);

  int listener_ = -1;
  unsigned short port_ = 0;
  handler handle_;
  std::mutex lock_;
  std::condition_variable changed_;
  std::deque<int> waiting_;
  bool is_over_ = false;
  std::vector<std::thread> workers_;
};

}  // namespace server

#endif
