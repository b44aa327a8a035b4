// Reports of verifications, and findings of checks.
// A part of weighbridge.hpp, which includes it: include that.
#ifndef WEIGHBRIDGE_REPORT_HPP
#define WEIGHBRIDGE_REPORT_HPP
#ifndef WB_HPP_NAME
#error "include weighbridge.hpp"
#endif

namespace weighbridge {
inline namespace WB_HPP_NAME(WB_HPP_SPAN, WB_HPP_EXPECTED, WB_HPP_EXCEPTIONS) {

// ---- reports ------------------------------------------------------------------------------------------

/// One line of a report: these bytes, this expectation, this outcome. Borrows from its report.
struct check {
  weighbridge::outcome outcome = outcome::uncovered;
  weighbridge::anchor anchor = anchor::beside_the_weights;
  std::string_view subject;    ///< file or tensor; of a run, its file
  std::string_view algorithm;  ///< "blake3", "sha256", "sha1", "crc32", "crc32c", ...
  std::string_view source;     ///< "SHA256SUMS", "weighbridge.json", or the format where the model itself says it
  std::string_view expected;   ///< hexadecimal
  std::string_view actual;     ///< hexadecimal
  bool is_tensor = false;      ///< a tensor, or else a file or a run
  bool is_run = false;         ///< a part of a file, for which the format has a checksum
  bool covers = false;         ///< a match is cover under policy::required
  std::string_view reason;     ///< why it is a mismatch
  std::uint64_t offset = 0;    ///< of a run, from the start of the file
  std::uint64_t bytes = 0;     ///< of a run

  static check at(const wb_report* report, std::size_t index) noexcept {
    auto c = detail::sized<wb_check>();
    if (wb_report_check(report, index, &c) != WB_OK) return {};
    return {static_cast<weighbridge::outcome>(c.outcome),
            static_cast<weighbridge::anchor>(c.anchor),
            detail::text(c.subject),
            detail::text(c.algorithm),
            detail::text(c.source),
            detail::text(c.expected),
            detail::text(c.actual),
            c.kind == WB_SUBJECT_TENSOR,
            c.kind == WB_SUBJECT_RUN,
            c.covers != 0,
            detail::text(c.reason),
            c.offset,
            c.bytes};
  }
};

/// What one stage of a pass over the bytes has cost. Its text lives for ever.
struct cost {
  std::string_view stage;           ///< "prepare", "read", "blake3", "sha256", "convert", "move", "send", ...
  std::uint64_t bytes = 0;          ///< that went through it
  std::chrono::nanoseconds time{};  ///< that threads spent in it, all of them together

  static cost at(const wb_report* report, std::size_t index) noexcept {
    auto c = detail::sized<wb_cost>();
    if (wb_report_cost(report, index, &c) != WB_OK) return {};
    return {detail::text(c.stage), c.bytes, std::chrono::nanoseconds(static_cast<std::int64_t>(c.nanoseconds))};
  }
};

/// Everything that was checked, in order, and everything that could not be.
class report : public detail::handle<wb_report, wb_report_release> {
  using checks = detail::items<check, const wb_report*>;
  checks all() const noexcept { return {{get()}, size()}; }

 public:
  using handle::handle;

  std::size_t size() const noexcept { return wb_report_count(get()); }
  check operator[](std::size_t index) const noexcept { return check::at(get(), index); }
  checks::iterator begin() const noexcept { return all().begin(); }
  checks::iterator end() const noexcept { return all().end(); }
  /// Where the time went, stage by stage.
  detail::items<cost, const wb_report*> costs() const noexcept { return {{get()}, wb_report_cost_count(get())}; }
};

/// The end of model::verify(): true if all is well. After a mismatch, and where policy::required finds files
/// that nothing covers, there are both an error and a report.
struct [[nodiscard]] verification {
  weighbridge::error error;
  weighbridge::report report;
  explicit operator bool() const noexcept { return error.code() == status::ok; }
};

// ---- findings -----------------------------------------------------------------------------------------

/// What a model is checked for, and how much of it may be read.
struct check_options {
  std::string_view target;           ///< what has to run it, such as "onnx-1.15"; empty: nothing in particular
  std::uint64_t max_read_bytes = 0;  ///< of tensors; 0: 4 GiB

  wb_check_options in_c() const noexcept {
    auto c = detail::sized<wb_check_options>();
    c.target = wb_str{target.data(), target.size()};
    c.max_read_bytes = max_read_bytes;
    return c;
  }
};

/// Something about a model that a person, or a gate, should decide on. Borrows from its findings, or from its model.
struct finding {
  weighbridge::severity severity = severity::info;
  std::string_view rule;     ///< such as "onnx.node.arity"; stable
  std::string_view path;     ///< graphs and nodes from the outside in, or a file; empty: the whole model
  std::string_view message;  ///< what was found and what was expected
  std::string_view remedy;   ///< empty: none is known

  static finding at(const wb_findings* findings, std::size_t index) noexcept {
    auto c = detail::sized<wb_finding>();
    return wb_findings_get(findings, index, &c) == WB_OK ? of(c) : finding();
  }
  /// A note of a model.
  static finding at(const wb_model* model, std::size_t index) noexcept {
    auto c = detail::sized<wb_finding>();
    return wb_model_note(model, index, &c) == WB_OK ? of(c) : finding();
  }
  static finding of(const wb_finding& c) noexcept {
    return {static_cast<weighbridge::severity>(c.severity), detail::text(c.rule), detail::text(c.path),
            detail::text(c.message), detail::text(c.remedy)};
  }
};

/// What model::check() has found, sorted by place.
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

}  // namespace WB_HPP_NAME
}  // namespace weighbridge
#endif
