// What the server counts, in the text format of Prometheus.
#ifndef SERVER_TELEMETRY_HPP
#define SERVER_TELEMETRY_HPP

#include <weighbridge.hpp>

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace server {

class telemetry final : public weighbridge::metrics {
 public:
  // The costs of opens and loads, from the library.
  void measured(const weighbridge::measurement& one) override {
    const std::lock_guard<std::mutex> hold(lock_);
    auto& sum = operations_[{std::string(one.operation), one.result == weighbridge::status::ok}];
    sum.count++;
    sum.bytes += one.bytes;
    sum.seconds += static_cast<double>(one.nanoseconds) / 1e9;
  }

  void answered(int status) {
    const std::lock_guard<std::mutex> hold(lock_);
    answers_[status]++;
  }

  std::string text() const {
    const std::lock_guard<std::mutex> hold(lock_);
    std::string all = "# TYPE requests_total counter\n";
    for (const auto& [status, count] : answers_) {
      all += "requests_total{status=\"" + std::to_string(status) + "\"} " + std::to_string(count) + "\n";
    }
    for (const char* const what : {"total", "bytes_total", "seconds_total"}) {
      all += std::string("# TYPE model_operations_") + what + " counter\n";
      for (const auto& [key, sum] : operations_) {
        const std::string value = what[0] == 't'   ? std::to_string(sum.count)
                                  : what[0] == 'b' ? std::to_string(sum.bytes)
                                                   : std::to_string(sum.seconds);
        all += std::string("model_operations_") + what + "{operation=\"" + key.first + "\",result=\"" +
               (key.second ? "ok" : "failed") + "\"} " + value + "\n";
      }
    }
    return all;
  }

 private:
  struct sums {
    std::uint64_t count = 0, bytes = 0;
    double seconds = 0;
  };

  mutable std::mutex lock_;
  std::map<int, std::uint64_t> answers_;
  std::map<std::pair<std::string, bool>, sums> operations_;
};

}  // namespace server

#endif
