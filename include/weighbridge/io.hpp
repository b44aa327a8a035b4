// Files of the host instead of those of the operating system.
// A part of weighbridge.hpp, which includes it: include that.
#ifndef WEIGHBRIDGE_IO_HPP
#define WEIGHBRIDGE_IO_HPP
#ifndef WEIGHBRIDGE_HPP
#error "include weighbridge.hpp"
#endif

namespace weighbridge {
inline namespace WB_HPP_VERSION {

/// What a function of the host answers. Every other value is a failure, too: the operation fails with status::callback, and
/// the value is the os_code of its error.
enum class io_result : std::int32_t {
  ok = WB_IO_OK,
  not_found = WB_IO_NOT_FOUND,  ///< there is no such file or folder; some files, such as manifests, are only looked for
  failed = -1,                  ///< also in place of an exception
};

/// One file that the host has opened. Functions are called on any thread that works for the library, several at once.
class host_file : public detail::hook {
 public:
  /// Stores the length in bytes, and a number that changes when the contents do; it is 0 before the call.
  virtual io_result stat(std::uint64_t& bytes, std::uint64_t& identity) = 0;
  /// Reads some of the bytes at `offset` into the start of `buffer`, at least one, and stores how many; 0 only where the
  /// file ends. `buffer` is not empty, and the range is never beyond the length.
  virtual io_result read_at(std::uint64_t offset, span<std::byte> buffer, std::size_t& done) = 0;
  /// Stores a pointer to all bytes, which stay there and unchanged until unmap(); nullptr if they are not in memory.
  virtual io_result map(const std::byte*& data) {
    data = nullptr;
    return io_result::ok;
  }
  virtual void unmap(const std::byte* data) { static_cast<void>(data); }
  /// Is told that bytes will be read soon, by a load that is done in steps. It should not wait for them.
  virtual void will_read(std::uint64_t offset, std::uint64_t bytes) { static_cast<void>(offset), static_cast<void>(bytes); }
};

/// The entries of a folder, while host_files::list() runs.
class folder_entries {
 public:
  explicit folder_entries(wb_io_entries* c) noexcept : c_(c) {}
  /// Adds a file by its name, which is one component, and its length in bytes.
  io_result add_file(std::string_view name, std::uint64_t bytes) noexcept { return add(name, WB_IO_FILE, bytes); }
  io_result add_folder(std::string_view name) noexcept { return add(name, WB_IO_FOLDER, 0); }

 private:
  io_result add(std::string_view name, std::uint32_t kind, std::uint64_t bytes) noexcept {
    return static_cast<io_result>(wb_io_entries_add(c_, name.data(), name.size(), kind, bytes));
  }

  wb_io_entries* c_;
};

/// The files of a host. Names are relative, to the model or to the root of a context's files: `/` stands between folders, and
/// there are no empty components, `.` and `..`. Functions are called on any thread that works for the library, several at
/// once; what they throw is a failure.
class host_files : public detail::hook {
 public:
  /// Opens a file and stores an object that was made by `new`, which the library deletes.
  virtual io_result open(std::string_view name, host_file*& file) = 0;
  /// Adds all entries of a folder, "" for that of the model or the root. Called only for models that are opened as a folder
  /// or by an index.
  virtual io_result list(std::string_view folder, folder_entries& entries) = 0;
  /// Bytes that are best asked for at once, such as 8 MiB of an object store; 0: as the library likes.
  virtual std::uint64_t preferred_read() const noexcept { return 0; }
};

namespace detail {
/// Calls a function of the host. An exception becomes a failure.
template <class Guard, class Call>
std::int32_t answer(Call call) noexcept {
  return static_cast<std::int32_t>(Guard::call(std::move(call), [] { return io_result::failed; }));
}

inline host_files& files_of(void* user_data) noexcept { return *static_cast<host_files*>(user_data); }

/// A file of the host, for one call: it was made before, on whatever thread, and goes after all calls.
class file_call {
 public:
  explicit file_call(void* file) noexcept : file_(static_cast<host_file*>(file)) { happens_after(made(file_)); }
  file_call(const file_call&) = delete;
  file_call& operator=(const file_call&) = delete;
  ~file_call() { happens_before(used(file_)); }
  host_file* operator->() const noexcept { return file_; }

  /// Two places for the sanitizer.
  static void* made(host_file* file) noexcept { return file; }
  static void* used(host_file* file) noexcept { return reinterpret_cast<char*>(file) + 1; }

 private:
  host_file* file_;
};

/// The functions that call `files`, which outlives everything that is made with them.
template <class Guard>
wb_io io_of(host_files& files) noexcept {
  auto io = sized<wb_io>();
  io.user_data = &files;
  io.preferred_read = files.preferred_read();
  io.open = [](void* user_data, const char* name, std::size_t len, void** file) noexcept {
    return answer<Guard>([&] {
      host_file* opened = nullptr;
      const io_result result = files_of(user_data).open(std::string_view(name, len), opened);
      *file = opened;
      happens_before(file_call::made(opened));
      return result == io_result::ok && !opened ? io_result::failed : result;
    });
  };
  io.stat = [](void*, void* file, std::uint64_t* bytes, std::uint64_t* identity) noexcept {
    return answer<Guard>([&] { return file_call(file)->stat(*bytes, *identity); });
  };
  io.read_at = [](void*, void* file, std::uint64_t offset, void* buffer, std::size_t len, std::size_t* done) noexcept {
    const auto result =
        answer<Guard>([&] { return file_call(file)->read_at(offset, {static_cast<std::byte*>(buffer), len}, *done); });
    happens_before(filled_memory());
    return result;
  };
  io.close = [](void*, void* file) noexcept {
    auto* const last = static_cast<host_file*>(file);
    happens_after(file_call::made(last));
    happens_after(file_call::used(last));
    delete last;
  };
  io.list = [](void* user_data, const char* folder, std::size_t len, wb_io_entries* entries) noexcept {
    return answer<Guard>([&] {
      folder_entries to(entries);
      return files_of(user_data).list(std::string_view(folder, len), to);
    });
  };
  io.map = [](void*, void* file, const void** data) noexcept {
    return answer<Guard>([&] {
      const std::byte* bytes = nullptr;
      const io_result result = file_call(file)->map(bytes);
      *data = bytes;
      return result;
    });
  };
  io.unmap = [](void*, void* file, const void* data) noexcept {
    answer<Guard>([&] {
      file_call(file)->unmap(static_cast<const std::byte*>(data));
      return io_result::ok;
    });
  };
  io.will_read = [](void*, void* file, std::uint64_t offset, std::uint64_t bytes) noexcept {
    answer<Guard>([&] {
      file_call(file)->will_read(offset, bytes);
      return io_result::ok;
    });
  };
  return io;
}
}  // namespace detail

/// A file in memory, which the caller keeps alive and unchanged until the model, its buffers and its views are gone.
struct blob {
  std::string_view name;  ///< relative to the model, such as "onnx/model.onnx_data"
  span<const std::byte> bytes;
};

}  // namespace WB_HPP_VERSION
}  // namespace weighbridge
#endif
