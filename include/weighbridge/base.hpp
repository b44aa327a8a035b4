// Enumerations, names and constants.
// A part of weighbridge.hpp, which includes it: include that.
#ifndef WEIGHBRIDGE_BASE_HPP
#define WEIGHBRIDGE_BASE_HPP
#ifndef WEIGHBRIDGE_HPP
#error "include weighbridge.hpp"
#endif

namespace weighbridge {
inline namespace WB_HPP_VERSION {

// ---- enumerations -------------------------------------------------------------------------------------

/// The result of a call. Zero: success. Positive: not finished. Negative: an error.
enum class status : wb_status {
  ok = WB_OK,
  pending = WB_PENDING,
  invalid_argument = WB_ERR_INVALID_ARGUMENT,
  unsupported = WB_ERR_UNSUPPORTED,      ///< not supported by this build or this version
  out_of_memory = WB_ERR_OUT_OF_MEMORY,
  io = WB_ERR_IO,
  not_found = WB_ERR_NOT_FOUND,
  format = WB_ERR_FORMAT,                ///< a file is malformed or inconsistent
  limit = WB_ERR_LIMIT,                  ///< a file exceeds a limit of the open
  mismatch = WB_ERR_MISMATCH,            ///< bytes differ from what a manifest expects
  unverified = WB_ERR_UNVERIFIED,        ///< the policy requires a check that has not been made
  device = WB_ERR_DEVICE,
  cancelled = WB_ERR_CANCELLED,
  callback = WB_ERR_CALLBACK,            ///< a callback of the host failed; error::os_code() is its result
  not_mapped = WB_ERR_NOT_MAPPED,        ///< a zero-copy pointer does not exist; read or load instead
  changed = WB_ERR_CHANGED,              ///< a file has been written since it was opened
  internal = WB_ERR_INTERNAL,            ///< a bug in the library
};

/// Which bytes must be checked before they are used. Fixed when a model is opened.
enum class policy : std::uint32_t {
  if_present = WB_VERIFY_IF_PRESENT,  ///< loads check what a manifest covers; a mismatch is an error
  required = WB_VERIFY_REQUIRED,      ///< bytes of tensors are refused until they have been checked
  none = WB_VERIFY_NONE,              ///< manifests are not read
};

/// Where a load puts the tensors.
enum class target : std::uint32_t {
  host = WB_TARGET_HOST,      ///< one arena in host memory
  view = WB_TARGET_VIEW,      ///< zero-copy pointers into the mapped files
  sealed = WB_TARGET_SEALED,  ///< a sealed memfd that other processes may map; see placement::sealed()
  cuda = WB_TARGET_CUDA,      ///< CUDA devices: one arena on each, or memory of the caller
  none = WB_TARGET_NONE,      ///< none: the tensors are only checked
};

/// How a load reads files.
enum class reads : std::uint32_t {
  automatic = WB_READS_AUTO,     ///< direct for a device if little of the file is in the page cache, else buffered
  buffered = WB_READS_BUFFERED,  ///< through the page cache
  direct = WB_READS_DIRECT,      ///< past it, where the file system supports that
};

/// Which elements of a quantized tensor share a scale.
enum class scheme : std::uint32_t {
  tensor = WB_QUANTIZED_TENSOR,  ///< all of them
  axis = WB_QUANTIZED_AXIS,      ///< those with the same index in one dimension
  block = WB_QUANTIZED_BLOCK,    ///< runs of consecutive elements along one dimension
};

enum class outcome : std::uint32_t {
  uncovered = WB_OUTCOME_UNCOVERED,  ///< no manifest covers the subject
  match = WB_OUTCOME_MATCH,
  mismatch = WB_OUTCOME_MISMATCH,
};

/// What a line of a report is about.
enum class subject_kind : std::uint32_t {
  file = WB_SUBJECT_FILE,
  tensor = WB_SUBJECT_TENSOR,
  run = WB_SUBJECT_RUN,  ///< a part of a file for which the format itself has a checksum
};

/// Where an expectation comes from. A manifest that lies beside the weights detects accidents; one that the caller gave
/// also detects an attacker who can write the files.
enum class anchor : std::uint32_t { beside_the_weights = WB_ANCHOR_BESIDE, caller = WB_ANCHOR_CALLER };

/// What a progress callback returns: whether the operation goes on. Returning nothing is `proceed`.
enum class flow : std::int32_t {
  proceed = WB_PROCEED,
  stop = WB_STOP,  ///< cancel it: it fails with status::cancelled
};

/// How severe a finding is; smaller is more severe.
enum class severity : std::uint32_t {
  error = WB_SEVERITY_ERROR,      ///< the model violates a rule of its format
  warning = WB_SEVERITY_WARNING,  ///< valid, but likely to cause a problem in production
  info = WB_SEVERITY_INFO,        ///< something to know before it is deployed
};

/// The type of a metadata value.
enum class metadata_type : std::uint32_t {
  null = WB_METADATA_NULL,
  boolean = WB_METADATA_BOOL,
  i64 = WB_METADATA_I64,
  u64 = WB_METADATA_U64,
  f64 = WB_METADATA_F64,
  text = WB_METADATA_TEXT,
  bytes = WB_METADATA_BYTES,
  list = WB_METADATA_LIST,
  map = WB_METADATA_MAP,
};

/// How important a log message is; smaller is more important.
enum class log_level : std::uint32_t {
  none = 0,
  error = WB_LOG_ERROR,
  warn = WB_LOG_WARN,
  info = WB_LOG_INFO,
  debug = WB_LOG_DEBUG,
};

/// An element type: one of the constants WB_F32, WB_BF16, ... of weighbridge.h.
using dtype = wb_dtype;

/// For open_options::flags: files are read and never mapped. There are no zero-copy pointers, and a file that is truncated
/// cannot raise SIGBUS.
inline constexpr std::uint64_t open_read = WB_OPEN_READ;
/// For open_options::flags: a file that has been replaced or removed is refused; otherwise the model goes on with the file
/// that it opened.
inline constexpr std::uint64_t open_refuse_replaced = WB_OPEN_REFUSE_REPLACED;
/// For open_options::flags: what open_options::memo remembers counts as cover under policy::required.
inline constexpr std::uint64_t open_memo_covers = WB_OPEN_MEMO_COVERS;

/// For context_options::max_threads: one thread for each processor.
inline constexpr std::uint32_t all_threads = WB_THREADS_ALL;

/// As the ordinal of a device: host memory.
inline constexpr std::uint32_t host_memory = WB_DEVICE_HOST;

namespace detail {
inline std::string_view text(const char* nul_terminated) noexcept {
  return nul_terminated ? std::string_view(nul_terminated) : std::string_view();
}
inline std::string_view text(wb_str s) noexcept {
  return s.ptr ? std::string_view(s.ptr, s.len) : std::string_view();
}
}  // namespace detail

/// "WB_OK", "WB_ERR_NOT_FOUND", ...: for logs.
inline std::string_view status_name(status code) noexcept {
  return detail::text(wb_status_name(static_cast<wb_status>(code)));
}
/// "F32", "BF16", ...
inline std::string_view dtype_name(dtype type) noexcept { return detail::text(wb_dtype_name(type)); }

/// The layout of an element type: n elements occupy n / block_elements * block_bytes bytes.
struct dtype_info {
  std::uint32_t bits = 0;            ///< of one element; 0: not a whole number, as for most block types, or not fixed
  std::uint32_t block_elements = 0;  ///< the smallest number of elements that occupy whole bytes; 0 for strings
  std::uint32_t block_bytes = 0;     ///< the bytes of these elements; 0 for strings
  std::uint32_t alignment = 0;       ///< in bytes, of a pointer to the elements

  /// Empty for a number that the library does not have.
  static dtype_info of(dtype type) noexcept {
    wb_dtype_info c{};
    c.struct_size = sizeof c;
    if (wb_dtype_get_info(type, &c) != WB_OK) return {};
    return {c.bits, c.block_elements, c.block_bytes, c.alignment};
  }
};

inline std::string_view version() noexcept { return detail::text(wb_version_string()); }

/// How the loaded library was built: what a bug report should contain.
struct build_info {
  std::string_view version{};
  std::string_view features{};  ///< separated by spaces, such as "safetensors onnx cuda"
  std::string_view target{};    ///< such as "x86_64-unknown-linux-gnu"
  std::string_view profile{};   ///< "release" or "debug"
  std::string_view compiler{};  ///< such as "rustc 1.95.0"
};
inline build_info build() noexcept {
  wb_build_info c{};
  c.struct_size = sizeof c;
  if (wb_build_get_info(&c) != WB_OK) return {};
  return {detail::text(c.version), detail::text(c.features), detail::text(c.target), detail::text(c.profile),
          detail::text(c.compiler)};
}

/// Whether the library was built with a feature, such as "onnx" or "cuda".
inline bool has_feature(std::string_view name) noexcept {
  return wb_has_feature(name.data(), name.size()) != 0;
}

/// Whether the loaded library has the binary interface that this program was compiled for. A program that is shipped apart
/// from the library should ask once at start.
inline bool abi_compatible() noexcept { return wb_abi_version() == std::uint32_t{WB_ABI_VERSION}; }

}  // namespace WB_HPP_VERSION
}  // namespace weighbridge
#endif
