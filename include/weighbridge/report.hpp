// Reports of verifications, and findings of checks.
// A part of weighbridge.hpp, which includes it: include that.
#ifndef WEIGHBRIDGE_REPORT_HPP
#define WEIGHBRIDGE_REPORT_HPP
#ifndef WEIGHBRIDGE_HPP
#error "include weighbridge.hpp"
#endif

namespace weighbridge {
inline namespace WB_HPP_VERSION {

// ---- reports ------------------------------------------------------------------------------------------

/// A line of a report: a subject, what was expected of it, and the outcome. Borrows from its report.
struct report_line {
  weighbridge::outcome outcome = outcome::uncovered;
  weighbridge::anchor anchor = anchor::beside_the_weights;
  weighbridge::subject_kind kind = subject_kind::file;
  std::string_view subject{};    ///< the name of the file or tensor
  std::string_view algorithm{};  ///< "blake3", "sha256", "sha1", "git-sha1", "crc32", ...
  std::string_view source{};     ///< "SHA256SUMS", "weighbridge.json", or the format if the model itself contains it
  std::string_view expected{};   ///< hexadecimal
  std::string_view actual{};     ///< hexadecimal
  bool covers = false;           ///< a match satisfies policy::required
  std::string_view reason{};     ///< of a mismatch: what differs
  std::uint64_t offset = 0;      ///< of a run, in bytes from the start of the file
  std::uint64_t bytes = 0;       ///< of a run

  static report_line at(const wb_report* report, std::size_t index) noexcept {
    auto c = detail::sized<wb_line_info>();
    if (wb_report_line_info(report, index, &c) != WB_OK) return {};
    return {static_cast<weighbridge::outcome>(c.outcome),
            static_cast<weighbridge::anchor>(c.anchor),
            static_cast<weighbridge::subject_kind>(c.subject_kind),
            detail::text(c.subject),
            detail::text(c.algorithm),
            detail::text(c.source),
            detail::text(c.expected),
            detail::text(c.actual),
            c.covers != 0,
            detail::text(c.reason),
            c.offset,
            c.bytes};
  }
};

/// What one stage of an operation has cost.
struct cost {
  std::string_view stage{};       ///< "read", "sha256", ..., see wb_cost_info; static
  std::uint64_t bytes = 0;        ///< that passed through it
  std::uint64_t nanoseconds = 0;  ///< that threads spent in it, summed over all threads

  static cost at(const wb_report* report, std::size_t index) noexcept {
    auto c = detail::sized<wb_cost_info>();
    if (wb_report_cost_info(report, index, &c) != WB_OK) return {};
    return {detail::text(c.stage), c.bytes, c.nanoseconds};
  }
  static cost at(const wb_measurement* of, std::size_t index) noexcept {
    // The library may know a longer structure than this header.
    const auto* const first = reinterpret_cast<const unsigned char*>(of->stages);
    const auto* const c = reinterpret_cast<const wb_cost_info*>(first + index * of->stage_size);
    return {detail::text(c->stage), c->bytes, c->nanoseconds};
  }
};

/// What was checked, and what no manifest covers: files, then parts of files, then tensors.
class report : public detail::handle<wb_report, wb_report_release> {
  using lines = detail::items<report_line, const wb_report*>;
  lines all() const noexcept { return {{get()}, size()}; }

 public:
  using handle::handle;

  std::size_t size() const noexcept { return wb_report_line_count(get()); }
  report_line operator[](std::size_t index) const noexcept { return report_line::at(get(), index); }
  lines::iterator begin() const noexcept { return all().begin(); }
  lines::iterator end() const noexcept { return all().end(); }
  /// What each stage has cost.
  detail::items<cost, const wb_report*> costs() const noexcept { return {{get()}, wb_report_cost_count(get())}; }
};

/// The result of model::verify(): true if there was no error. After status::mismatch, and after status::unverified because
/// something is not covered, there are both an error and a report.
struct [[nodiscard]] verification {
  weighbridge::error error{};
  weighbridge::report report{};
  explicit operator bool() const noexcept { return error.code() == status::ok; }
};

/// How a model is verified.
struct verify_options {
  const wb_cancel* cancel = nullptr;  ///< of a cancel_handle
  bool only_listed = false;           ///< do not look at files of the directory that no manifest lists
  bool ignore_missing = false;        ///< files that a manifest lists and that do not exist are no mismatch
  bool refuse_extra = false;          ///< files of the directory that no manifest covers are status::unverified

  wb_verify_options in_c() const noexcept {
    auto c = detail::sized<wb_verify_options>();
    c.flags = (only_listed ? WB_VERIFY_ONLY_LISTED : 0) | (ignore_missing ? WB_VERIFY_IGNORE_MISSING : 0) |
              (refuse_extra ? WB_VERIFY_REFUSE_EXTRA : 0);
    c.cancel = cancel;
    return c;
  }
};

// ---- findings -----------------------------------------------------------------------------------------

/// What a model is checked for.
struct check_options {
  std::string_view target{};          ///< what must be able to run it, such as "onnxruntime-1.17" or "opset-17"; may be empty
  std::uint64_t max_read_bytes = 0;   ///< of tensors; 0: 4 GiB
  const wb_cancel* cancel = nullptr;  ///< of a cancel_handle

  wb_check_options in_c() const noexcept {
    auto c = detail::sized<wb_check_options>();
    c.target = wb_str{target.data(), target.size()};
    c.max_read_bytes = max_read_bytes;
    c.cancel = cancel;
    return c;
  }
};

/// A finding of a check, or a note of an open or of a plan. Borrows from the findings, the model or the plan.
struct finding {
  weighbridge::severity severity = severity::info;
  std::string_view rule{};     ///< such as "onnx.node.arity"; rules keep their names
  std::string_view path{};     ///< graphs and nodes from the outermost, or a file; empty: the whole model
  std::string_view message{};  ///< what was found and what was expected
  std::string_view remedy{};   ///< what to do about it; may be empty

  static finding at(const wb_findings* findings, std::size_t index) noexcept {
    auto c = detail::sized<wb_finding_info>();
    return wb_findings_info(findings, index, &c) == WB_OK ? of(c) : finding();
  }
  /// A note of a model.
  static finding at(const wb_model* model, std::size_t index) noexcept {
    auto c = detail::sized<wb_finding_info>();
    return wb_model_note_info(model, index, &c) == WB_OK ? of(c) : finding();
  }
  /// A note of a plan.
  static finding at(const wb_plan* plan, std::size_t index) noexcept {
    auto c = detail::sized<wb_finding_info>();
    return wb_plan_note_info(plan, index, &c) == WB_OK ? of(c) : finding();
  }
  static finding of(const wb_finding_info& c) noexcept {
    return {static_cast<weighbridge::severity>(c.severity), detail::text(c.rule), detail::text(c.path),
            detail::text(c.message), detail::text(c.remedy)};
  }
};

/// The findings of model::check(): the notes of the open first, then in the order of graphs and nodes.
class findings : public detail::handle<wb_findings, wb_findings_release> {
  using all_of_them = detail::items<finding, const wb_findings*>;
  all_of_them all() const noexcept { return {{get()}, size()}; }

 public:
  using handle::handle;

  std::size_t size() const noexcept { return wb_findings_count(get()); }
  bool empty() const noexcept { return size() == 0; }
  finding operator[](std::size_t index) const noexcept { return finding::at(get(), index); }
  all_of_them::iterator begin() const noexcept { return all().begin(); }
  all_of_them::iterator end() const noexcept { return all().end(); }
};

}  // namespace WB_HPP_VERSION
}  // namespace weighbridge
#endif
