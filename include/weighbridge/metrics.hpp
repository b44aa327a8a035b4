// What operations cost, for the metrics of a host.
// A part of weighbridge.hpp, which includes it: include that.
#ifndef WEIGHBRIDGE_METRICS_HPP
#define WEIGHBRIDGE_METRICS_HPP
#ifndef WEIGHBRIDGE_HPP
#error "include weighbridge.hpp"
#endif

namespace weighbridge {
inline namespace WB_HPP_VERSION {

/// What an operation has cost. It is valid while metrics::measured() runs.
struct measurement {
  std::string_view operation{};   ///< "open", "plan", "load", "verify", "check"; later versions may have more
  std::string_view model{};       ///< as errors name it: where it was found, or what was asked for
  status result = status::ok;     ///< or why the operation failed
  std::uint64_t bytes = 0;        ///< that were read; of an open, those of headers, indices and graphs
  std::uint64_t nanoseconds = 0;  ///< from the start to the end
  /// The stages, each once: their times add up to the time that threads have worked for the operation.
  detail::items<cost, const wb_measurement*> stages;

  static measurement of(const wb_measurement* c) noexcept {
    return {detail::text(c->operation), detail::text(c->model), static_cast<status>(c->status),
            c->bytes, c->nanoseconds, {{c}, c->stage_count}};
  }
};

/// The metrics of a host.
class metrics : public detail::hook {
 public:
  /// Called when an operation has ended, on the thread that has ended it, perhaps several at once. What it throws is discarded.
  virtual void measured(const measurement& one) = 0;
};

namespace detail {
template <class Guard>
wb_metrics metrics_of(metrics& to) noexcept {
  auto functions = sized<wb_metrics>();
  functions.user_data = &to;
  functions.measured = [](void* user_data, const wb_measurement* one) noexcept {
    quietly<Guard>([&] { static_cast<metrics*>(user_data)->measured(measurement::of(one)); });
  };
  return functions;
}
}  // namespace detail

}  // namespace WB_HPP_VERSION
}  // namespace weighbridge
#endif
