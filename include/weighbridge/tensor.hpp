// What is in a model: files, metadata, assets and tensors.
// A part of weighbridge.hpp, which includes it: include that.
#ifndef WEIGHBRIDGE_TENSOR_HPP
#define WEIGHBRIDGE_TENSOR_HPP
#ifndef WEIGHBRIDGE_HPP
#error "include weighbridge.hpp"
#endif

namespace weighbridge {
inline namespace WB_HPP_VERSION {

/// Bytes that are valid until the last buffer that shares them is gone.
class buffer : public detail::handle<wb_buffer, wb_buffer_release> {
 public:
  using handle::handle;

  [[nodiscard]] buffer retain() const noexcept { return buffer(wb_buffer_retain(get())); }
  span<const std::byte> bytes() const noexcept {
    std::size_t size = 0;
    const void* data = wb_buffer_data(get(), &size);
    return detail::bytes(data, data ? size : 0);
  }
};

/// A weight file. Borrows from its model.
struct file_view {
  std::string_view path{};  ///< relative to the model's directory
  std::uint64_t bytes = 0;

  static file_view at(const wb_model* model, std::size_t index) noexcept {
    auto c = detail::sized<wb_file_info>();
    if (wb_model_file_info(model, index, &c) != WB_OK) return {};
    return {detail::text(c.path), c.bytes};
  }
};

/// A metadata entry of a model or a graph. Borrows from its model.
struct metadata_entry {
  metadata_type type = metadata_type::null;
  bool boolean = false;
  std::int64_t i64 = 0;     ///< of an integer that fits
  std::uint64_t u64 = 0;    ///< of an integer that fits
  double f64 = 0;           ///< of every number
  std::uint64_t len = 0;    ///< elements of a list, entries of a map, bytes of a text or of bytes
  std::string_view key{};
  std::string_view text{};  ///< text as it is, all other types as compact JSON

  static metadata_entry of(const wb_metadata_info& c) noexcept {
    return {static_cast<metadata_type>(c.type), c.boolean != 0, c.i64, c.u64, c.f64, c.len, detail::text(c.key),
            detail::text(c.text)};
  }
  static metadata_entry at(const wb_model* model, std::size_t index) noexcept {
    auto c = detail::sized<wb_metadata_info>();
    return wb_model_metadata_info(model, index, &c) == WB_OK ? of(c) : metadata_entry();
  }
  static metadata_entry at(const wb_graph* graph, std::size_t index) noexcept {
    auto c = detail::sized<wb_metadata_info>();
    return wb_graph_metadata_info(graph, index, &c) == WB_OK ? of(c) : metadata_entry();
  }
};

/// A tensor that is stored in a weight file but is not part of the model, because the index does not name it. Borrows from
/// its model.
struct unindexed_tensor {
  std::string_view name{};
  std::string_view file{};

  static unindexed_tensor at(const wb_model* model, std::size_t index) noexcept {
    auto c = detail::sized<wb_unindexed_info>();
    if (wb_model_unindexed_info(model, index, &c) != WB_OK) return {};
    return {detail::text(c.name), detail::text(c.file)};
  }
};

/// Another file of the model's directory, such as config.json. Borrows from its model.
class asset_view {
 public:
  static asset_view at(const wb_model* model, std::size_t index) noexcept {
    asset_view asset;
    asset.model_ = model;
    asset.index_ = index;
    auto c = detail::sized<wb_asset_info>();
    if (wb_model_asset_info(model, index, &c) != WB_OK) return asset;
    asset.name_ = detail::text(c.name);
    asset.bytes_ = c.bytes;
    return asset;
  }

  std::string_view name() const noexcept { return name_; }
  std::uint64_t bytes() const noexcept { return bytes_; }
  /// Reads the contents, which outlive the model.
  [[nodiscard]] expected<weighbridge::buffer> buffer() const noexcept {
    return detail::make<weighbridge::buffer>([&](auto out, auto why) {
      return wb_model_asset_buffer(model_, index_, out, why);
    });
  }

 private:
  const wb_model* model_ = nullptr;
  std::size_t index_ = 0;
  std::string_view name_{};
  std::uint64_t bytes_ = 0;
};

/// How stored elements represent real numbers: (stored - zero point) * scale. Borrows from its model.
struct quantization {
  weighbridge::scheme scheme = scheme::tensor;
  std::uint32_t axis = 0;                  ///< along which scales differ; not used by scheme::tensor
  std::uint64_t block = 0;                 ///< elements that share a scale, for scheme::block
  span<const double> scales{};             ///< if the format states them
  span<const std::int64_t> zero_points{};  ///< if the format states them
  std::size_t scale_tensor = WB_NO_INDEX;  ///< the tensor that holds the scales
  /// The tensor that holds the zero points. All are 0 if there is neither this tensor nor zero_points.
  std::size_t zero_point_tensor = WB_NO_INDEX;
};

/// A tensor of a model. Borrows from its model; cheap to copy.
class tensor_view {
 public:
  static tensor_view at(const wb_model* model, std::size_t index) noexcept {
    tensor_view tensor;
    tensor.model_ = model;
    tensor.index_ = index;
    auto info = detail::sized<wb_tensor_info>();
    if (wb_model_tensor_info(model, index, &info) == WB_OK) tensor.info_ = info;
    return tensor;
  }

  std::size_t index() const noexcept { return index_; }
  std::string_view name() const noexcept { return detail::text(info_.name); }
  weighbridge::dtype dtype() const noexcept { return info_.dtype; }
  std::string_view dtype_name() const noexcept { return weighbridge::dtype_name(info_.dtype); }
  /// Empty for a scalar.
  span<const std::int64_t> shape() const noexcept { return dims(info_.shape); }
  /// In elements, as the tensor is stored. Empty: contiguous and row-major, or in several pieces.
  span<const std::int64_t> strides() const noexcept { return dims(info_.strides); }
  /// The product of the shape: 1 for a scalar, 0 for an empty view.
  std::uint64_t elements() const noexcept {
    std::uint64_t product = info_.shape ? 1 : 0;
    for (const std::int64_t extent : shape()) product *= static_cast<std::uint64_t>(extent);
    return product;
  }
  /// The size when contiguous.
  std::uint64_t bytes() const noexcept { return info_.bytes; }
  /// In bytes from the start of the file; none for contents that are not stored in one piece.
  std::optional<std::uint64_t> offset() const noexcept {
    return info_.offset == UINT64_MAX ? std::nullopt : std::optional(info_.offset);
  }
  /// Index in model::files().
  std::size_t file() const noexcept { return info_.file; }
  /// How the elements represent real numbers. status::not_found: the format does not state it.
  [[nodiscard]] expected<weighbridge::quantization> quantization() const noexcept {
    auto c = detail::sized<wb_quantization_info>();
    const wb_status code = wb_model_tensor_quantization_info(model_, index_, &c);
    if (code != WB_OK) return detail::failure(code);
    return weighbridge::quantization{static_cast<weighbridge::scheme>(c.scheme),
                                     c.axis,
                                     c.block,
                                     {c.scales, c.scale_count},
                                     {c.zero_points, c.zero_point_count},
                                     c.scale_tensor,
                                     c.zero_point_tensor};
  }
  /// In bytes, of the pointer that data() gives; 0: there is none.
  std::uint32_t alignment() const noexcept { return info_.alignment; }

  /// The stored bytes without a copy, valid until the model is gone. status::not_mapped: use buffer(), read() or a load.
  [[nodiscard]] expected<span<const std::byte>> data() const noexcept {
    const void* ptr = nullptr;
    std::size_t size = 0;
    const wb_status code = wb_model_tensor_data(model_, index_, &ptr, &size);
    if (code != WB_OK) return detail::failure(code);
    return detail::bytes(ptr, size);
  }

  /// The same as elements. T must have the size of an element, and the data its alignment. float and double require F32 and
  /// F64; other types need only the size, so std::uint16_t gives the bits of BF16. The elements are in the order in which
  /// they are stored: see strides().
  template <class T>
  [[nodiscard]] expected<span<const T>> as() const noexcept {
    static_assert(std::is_trivially_copyable_v<T> && !std::is_same_v<T, bool>,
                  "T must be trivially copyable, and every bit pattern a value of it");
    const void* ptr = nullptr;
    std::size_t size = 0;
    const wb_status code = wb_model_tensor_data(model_, index_, &ptr, &size);
    if (code != WB_OK) return detail::failure(code);
    if (info_.bytes != elements() * sizeof(T))
      return detail::failure(status::invalid_argument, "as<T>: the size of T is not that of an element");
    if constexpr (std::is_floating_point_v<T>) {
      if (info_.dtype != (sizeof(T) == 4 ? WB_F32 : WB_F64))
        return detail::failure(status::invalid_argument, "as<T>: the elements are not of this floating-point type");
    }
    if (reinterpret_cast<std::uintptr_t>(ptr) % alignof(T) != 0)
      return detail::failure(status::invalid_argument, "as<T>: the data is not aligned for T: load or read a copy");
    return span<const T>(static_cast<const T*>(ptr), size / sizeof(T));
  }

  /// The contents, contiguous and row-major. They outlive the model.
  [[nodiscard]] expected<weighbridge::buffer> buffer() const noexcept {
    return detail::make<weighbridge::buffer>([&](auto out, auto why) {
      return wb_model_tensor_buffer(model_, index_, out, why);
    });
  }

  /// Reads bytes, from `from` bytes after the start of the tensor, until `into` is full. Never reads through a map.
  [[nodiscard]] expected<void> read(std::uint64_t from, span<std::byte> into) const noexcept {
    return detail::run([&](wb_error** why) {
      return wb_model_tensor_read(model_, index_, from, into.data(), into.size(), why);
    });
  }

 private:
  span<const std::int64_t> dims(const std::int64_t* first) const noexcept {
    return {first, first ? info_.rank : 0};
  }

  const wb_model* model_ = nullptr;
  std::size_t index_ = 0;
  wb_tensor_info info_{};
};

}  // namespace WB_HPP_VERSION
}  // namespace weighbridge
#endif
