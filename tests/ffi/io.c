/* io.c: models from files of the host: through its own I/O, in its memory, in a part of a larger file; and hosts that answer
 * wrongly.
 *
 *   io GOLDEN SCRATCH */
#include <weighbridge.h>

#include <fcntl.h>

#include "weights.h"

#define INDEX "model.safetensors.index.json"

/* ---- a pak file: every file of a folder in memory, under "models/llama/" ---- */

enum { MOST = 32 };
#define FOLDER "models/llama"

typedef enum fault { NONE, TRICKLE, BOAST, SHORT, FAIL, RESIZE, REWRITE, REENTER } fault;

typedef struct pak {
  char names[MOST][256];
  bytes files[MOST];
  size_t count;
  atomic_int open_now, opened, mapped_now, mapped, destroyed;
  atomic_int fault;
  int can_map;
} pak;

static void fill_pak(pak *p, const char *folder) {
  char path[PATH_SIZE];
  struct dirent *entry;
  DIR *d = opendir(folder);
  REQUIRE(d != NULL);
  memset(p, 0, sizeof *p);
  while ((entry = readdir(d)) != NULL) {
    if (entry->d_name[0] == '.') continue;
    REQUIRE(p->count < MOST);
    snprintf(p->names[p->count], sizeof p->names[0], "%s", entry->d_name);
    p->files[p->count++] = read_file(join(path, folder, entry->d_name));
  }
  closedir(d);
}

static void empty_pak(pak *p) {
  size_t i;
  for (i = 0; i < p->count; i++) free(p->files[i].data);
}

static int32_t pak_open(void *user_data, const char *name, size_t len, void **file) {
  pak *p = (pak *)user_data;
  const size_t folder = strlen(FOLDER "/");
  size_t i;
  if (p->fault == REENTER) { /* the library may be called, and the error of that is its own */
    wb_model *model = NULL;
    CHECK_STATUS(wb_model_open(NULL, "/no/such/model", WB_NUL, NULL, &model, NULL), WB_ERR_NOT_FOUND);
  }
  if (len <= folder || memcmp(name, FOLDER "/", folder) != 0) return WB_IO_NOT_FOUND;
  for (i = 0; i < p->count; i++)
    if (strlen(p->names[i]) == len - folder && memcmp(p->names[i], name + folder, len - folder) == 0) break;
  if (i == p->count) return WB_IO_NOT_FOUND;
  p->open_now++;
  p->opened++;
  *file = &p->files[i];
  return WB_IO_OK;
}

static int32_t pak_stat(void *user_data, void *file, uint64_t *length, uint64_t *identity) {
  const pak *p = (const pak *)user_data;
  CHECK(*identity == 0);
  *length = ((bytes *)file)->len + (p->fault == RESIZE);
  *identity = 1 + (p->fault == REWRITE);
  return WB_IO_OK;
}

static int32_t pak_read(void *user_data, void *file, uint64_t offset, void *buffer, size_t len, size_t *done) {
  const pak *p = (const pak *)user_data;
  const bytes *all = (const bytes *)file;
  CHECK(len > 0 && offset + len <= all->len);
  if (p->fault == FAIL) return 77;
  if (p->fault == TRICKLE && len > 7) len = 7;
  *done = p->fault == BOAST ? len + 1 : p->fault == SHORT ? 0 : len;
  if (*done == len) memcpy(buffer, all->data + offset, len);
  return WB_IO_OK;
}

static void pak_close(void *user_data, void *file) {
  (void)file;
  ((pak *)user_data)->open_now--;
}

static int32_t pak_list(void *user_data, const char *folder, size_t len, wb_io_entries *entries) {
  const pak *p = (const pak *)user_data;
  size_t i;
  if (len == 0) return wb_io_entries_add(entries, "models", WB_NUL, WB_IO_FOLDER, 0);
  if (len == 6 && memcmp(folder, "models", 6) == 0) return wb_io_entries_add(entries, "llama", 5, WB_IO_FOLDER, 0);
  if (len != strlen(FOLDER) || memcmp(folder, FOLDER, len) != 0) return WB_IO_NOT_FOUND;
  for (i = 0; i < p->count; i++)
    CHECK_STATUS(wb_io_entries_add(entries, p->names[i], WB_NUL, WB_IO_FILE, p->files[i].len), WB_OK);
  CHECK_STATUS(wb_io_entries_add(entries, "x", 1, 2, 0), WB_ERR_INVALID_ARGUMENT);
  CHECK_STATUS(wb_io_entries_add(entries, NULL, 1, WB_IO_FILE, 0), WB_ERR_INVALID_ARGUMENT);
  CHECK_STATUS(wb_io_entries_add(NULL, "x", 1, WB_IO_FILE, 0), WB_ERR_INVALID_ARGUMENT);
  return WB_IO_OK;
}

static int32_t pak_map(void *user_data, void *file, const void **data) {
  pak *p = (pak *)user_data;
  if (!p->can_map) return WB_IO_OK; /* *data stays NULL */
  p->mapped_now++;
  p->mapped++;
  *data = ((bytes *)file)->data;
  return WB_IO_OK;
}

static void pak_unmap(void *user_data, void *file, const void *data) {
  pak *p = (pak *)user_data;
  CHECK(data == ((bytes *)file)->data && p->open_now > 0);
  p->mapped_now--;
}

static void pak_destroy(void *user_data) {
  pak *p = (pak *)user_data;
  CHECK(p->open_now == 0 && p->mapped_now == 0);
  p->destroyed++;
}

static wb_io io_of(pak *p) {
  wb_io io;
  SIZED(io);
  io.user_data = p;
  io.destroy = pak_destroy;
  io.open = pak_open;
  io.stat = pak_stat;
  io.read_at = pak_read;
  io.close = pak_close;
  io.list = pak_list;
  io.map = pak_map;
  io.unmap = pak_unmap;
  return io;
}

/* ---- the same model, wherever its bytes are ---- */

static void compare(const wb_model *model, const wb_model *on_disk) {
  size_t i;
  wb_placement *placement = NULL;
  CHECK(wb_model_tensor_count(model) == wb_model_tensor_count(on_disk) && wb_model_tensor_count(model) > 0);
  CHECK(wb_model_file_count(model) == wb_model_file_count(on_disk));
  CHECK_STATUS(wb_model_load(model, NULL, &placement, NULL), WB_OK);
  for (i = 0; i < wb_model_tensor_count(on_disk); i++) {
    wb_tensor_info info, other;
    wb_placed_tensor_info placed;
    const void *data = NULL;
    size_t len = 0;
    SIZED(info), SIZED(other), SIZED(placed);
    CHECK_STATUS(wb_model_tensor_info(on_disk, i, &info), WB_OK);
    CHECK_STATUS(wb_model_tensor_info(model, i, &other), WB_OK);
    CHECK(info.name.len == other.name.len && memcmp(info.name.ptr, other.name.ptr, info.name.len) == 0);
    CHECK_STATUS(wb_model_tensor_data(on_disk, i, &data, &len), WB_OK);
    CHECK_STATUS(find_placed(placement, info.name.ptr, info.name.len, &placed), WB_OK);
    CHECK(placed.bytes == len && memcmp(placed.data, data, len) == 0);
  }
  wb_placement_release(placement);
}

static void through_a_context(const char *llama) {
  pak p;
  wb_model *on_disk = NULL, *model = NULL;
  wb_context *context = NULL;
  wb_context_options host;
  wb_open_options options;
  wb_error *err = NULL;
  wb_buffer *buffer = NULL;
  wb_io io;
  size_t index = 0;
  uint32_t flags;
  int can_map;
  static const char *const paths[] = {FOLDER, FOLDER "/" INDEX, FOLDER "/model-*-of-00004.safetensors"};
  CHECK_STATUS(wb_model_open(NULL, llama, WB_NUL, NULL, &on_disk, NULL), WB_OK);
  fill_pak(&p, llama);
  io = io_of(&p);
  SIZED(host), SIZED(options);
  host.io = &io;
  host.max_threads = 2;
  CHECK_STATUS(wb_context_create(&host, &context, NULL), WB_OK);
  memset(&io, 0xFF, sizeof io); /* it was copied */
  for (flags = 0; flags <= WB_OPEN_READ; flags++)
    for (can_map = 0; can_map < 2; can_map++)
      for (index = 0; index < COUNT(paths); index++) {
        const void *data = NULL;
        size_t len = 0;
        p.can_map = can_map;
        options.flags = flags;
        CHECK_STATUS(wb_model_open(context, paths[index], WB_NUL, &options, &model, NULL), WB_OK);
        compare(model, on_disk);
        CHECK_STATUS(wb_model_tensor_data(model, 0, &data, &len),
                     can_map && flags == 0 ? WB_OK : WB_ERR_NOT_MAPPED);
        CHECK_STATUS(wb_model_tensor_buffer(model, 0, &buffer, NULL), WB_OK);
        wb_model_release(model);
        wb_buffer_release(buffer); /* it outlives the model */
        CHECK(p.open_now == 0 && p.mapped_now == 0);
      }
  CHECK(p.mapped > 0);
  model = (wb_model *)&p;
  CHECK_STATUS(wb_model_open(context, "models/none", WB_NUL, NULL, &model, &err), WB_ERR_NOT_FOUND);
  CHECK(model == NULL && strstr(wb_error_message(err), "models/none") != NULL);
  wb_error_release(err);
  CHECK_STATUS(wb_model_open(context, "../" FOLDER, WB_NUL, NULL, &model, NULL), WB_ERR_FORMAT);
  CHECK_STATUS(wb_model_open(context, "/" FOLDER, WB_NUL, NULL, &model, NULL), WB_ERR_FORMAT); /* it has no root */
  CHECK_STATUS(wb_model_open(context, llama, WB_NUL, NULL, &model, NULL), WB_ERR_NOT_FOUND); /* a path of the disk */
  /* the root, which has the model in a folder */
  CHECK_STATUS(wb_model_open(context, "", 0, NULL, &model, &err), WB_ERR_INVALID_ARGUMENT);
  CHECK(strstr(wb_error_message(err), FOLDER) != NULL);
  wb_error_release(err);
  wb_context_release(context);
  CHECK(p.destroyed == 1);
  wb_model_release(on_disk);
  empty_pak(&p);
}

static void faults(const char *llama) {
  static const struct {
    fault fault;
    wb_status open, load;
  } cases[] = {
      {TRICKLE, WB_OK, WB_OK},           {REENTER, WB_OK, WB_OK},
      {BOAST, WB_ERR_CALLBACK, WB_ERR_CALLBACK}, {FAIL, WB_ERR_CALLBACK, WB_ERR_CALLBACK},
      {SHORT, WB_ERR_CHANGED, WB_ERR_CHANGED},   {RESIZE, WB_OK, WB_ERR_CHANGED},
      {REWRITE, WB_OK, WB_ERR_CHANGED},
  };
  size_t i;
  for (i = 0; i < COUNT(cases); i++) {
    pak p;
    wb_model *model = NULL;
    wb_placement *placement = NULL;
    wb_error *err = NULL;
    wb_io io;
    fill_pak(&p, llama);
    io = io_of(&p);
    /* From the start. */
    p.fault = cases[i].fault;
    if (cases[i].fault != RESIZE && cases[i].fault != REWRITE) {
      const wb_status status = wb_model_open_io(NULL, &io, FOLDER "/" INDEX, WB_NUL, NULL, &model, &err);
      CHECK(status == cases[i].open || (cases[i].open == WB_ERR_CHANGED && status < 0));
      if (cases[i].fault == FAIL) {
        wb_error_info info;
        SIZED(info);
        CHECK_STATUS(wb_error_get_info(err, &info), WB_OK);
        CHECK(info.os_code == 77);
      }
      wb_error_release(err);
      wb_model_release(model);
      CHECK(p.destroyed == 1);
    }
    /* When the model is open. */
    p.destroyed = 0;
    p.fault = NONE;
    CHECK_STATUS(wb_model_open_io(NULL, &io, FOLDER "/" INDEX, WB_NUL, NULL, &model, NULL), WB_OK);
    p.fault = cases[i].fault;
    {
      const wb_status status = wb_model_load(model, NULL, &placement, NULL);
      CHECK(status == cases[i].load || (cases[i].fault == SHORT && status < 0));
    }
    wb_placement_release(placement);
    wb_model_release(model);
    CHECK(p.destroyed == 1 && p.open_now == 0 && p.mapped_now == 0);
    empty_pak(&p);
  }
}

static void structures(const char *llama) {
  pak p;
  wb_io io;
  wb_model *model = NULL;
  fill_pak(&p, llama);
  CHECK_STATUS(wb_model_open_io(NULL, NULL, "x", 1, NULL, &model, NULL), WB_ERR_INVALID_ARGUMENT);
  io = io_of(&p);
  io.struct_size = 4;
  CHECK_STATUS(wb_model_open_io(NULL, &io, "x", 1, NULL, &model, NULL), WB_ERR_INVALID_ARGUMENT);
  CHECK(p.destroyed == 0);
  io = io_of(&p);
  io.stat = NULL;
  CHECK_STATUS(wb_model_open_io(NULL, &io, "x", 1, NULL, &model, NULL), WB_ERR_INVALID_ARGUMENT);
  CHECK(p.destroyed == 1);
  io = io_of(&p);
  CHECK_STATUS(wb_model_open_io(NULL, &io, "x", 1, NULL, NULL, NULL), WB_ERR_INVALID_ARGUMENT);
  CHECK(p.destroyed == 2);
  /* Without a list, a model is opened by one of its files, and what is optional may be missing. */
  io = io_of(&p);
  io.list = NULL, io.close = NULL, io.map = NULL, io.unmap = NULL, io.destroy = NULL;
  CHECK_STATUS(wb_model_open_io(NULL, &io, "", 0, NULL, &model, NULL), WB_ERR_UNSUPPORTED);
  CHECK_STATUS(wb_model_open_io(NULL, &io, FOLDER, WB_NUL, NULL, &model, NULL), WB_ERR_NOT_FOUND);
  CHECK_STATUS(wb_model_open_io(NULL, &io, FOLDER "/model-00001-of-00004.safetensors", WB_NUL, NULL, &model, NULL), WB_OK);
  CHECK(wb_model_tensor_count(model) > 0);
  wb_model_release(model);
  empty_pak(&p);
}

/* ---- memory ---- */

static void count_one(void *user_data) { ++*(atomic_int *)user_data; }

static void in_memory(const char *llama) {
  pak p;
  wb_blob blobs[MOST];
  wb_model *on_disk = NULL, *model = NULL;
  wb_error *err = NULL;
  atomic_int destroyed = 0;
  size_t i;
  fill_pak(&p, llama);
  memset(blobs, 0, sizeof blobs);
  for (i = 0; i < p.count; i++) {
    blobs[i].struct_size = sizeof blobs[i];
    blobs[i].name = name_of(p.names[i]);
    blobs[i].data = p.files[i].data;
    blobs[i].len = p.files[i].len;
    blobs[i].destroy = count_one;
    blobs[i].user_data = &destroyed;
  }
  CHECK_STATUS(wb_model_open(NULL, llama, WB_NUL, NULL, &on_disk, NULL), WB_OK);
  CHECK_STATUS(wb_model_open_blobs(NULL, blobs, p.count, INDEX, WB_NUL, NULL, &model, NULL), WB_OK);
  compare(model, on_disk);
  CHECK(destroyed < (int)p.count); /* those that are used */
  wb_model_release(model);
  CHECK(destroyed == (int)p.count);
  CHECK_STATUS(wb_model_open_blobs(NULL, blobs, p.count, NULL, 0, NULL, &model, NULL), WB_OK);
  compare(model, on_disk);
  wb_model_release(model);
  CHECK(destroyed == 2 * (int)p.count);
  /* What is wrong with one of them does not keep the others. */
  destroyed = 0;
  CHECK_STATUS(wb_model_open_blobs(NULL, blobs, p.count, "none", WB_NUL, NULL, &model, &err), WB_ERR_NOT_FOUND);
  wb_error_release(err);
  blobs[0].name = blobs[1].name;
  CHECK_STATUS(wb_model_open_blobs(NULL, blobs, p.count, INDEX, WB_NUL, NULL, &model, NULL), WB_ERR_INVALID_ARGUMENT);
  blobs[0].name = name_of("../x");
  CHECK_STATUS(wb_model_open_blobs(NULL, blobs, p.count, INDEX, WB_NUL, NULL, &model, NULL), WB_ERR_FORMAT);
  blobs[0].name = name_of("x");
  blobs[0].data = NULL;
  CHECK_STATUS(wb_model_open_blobs(NULL, blobs, p.count, INDEX, WB_NUL, NULL, &model, NULL), WB_ERR_INVALID_ARGUMENT);
  CHECK(destroyed == 4 * (int)p.count);
  CHECK_STATUS(wb_model_open_blobs(NULL, NULL, 1, INDEX, WB_NUL, NULL, &model, NULL), WB_ERR_INVALID_ARGUMENT);
  CHECK_STATUS(wb_model_open_blobs(NULL, NULL, 0, INDEX, WB_NUL, NULL, &model, NULL), WB_ERR_NOT_FOUND);
  wb_model_release(on_disk);
  empty_pak(&p);
}

/* ---- a part of a file ---- */

static void by_descriptor(const char *llama, const char *scratch) {
  enum { START = 1001, END = 77 };
  char path[PATH_SIZE], shard[PATH_SIZE];
  bytes contents = read_file(join(shard, llama, "model-00001-of-00004.safetensors"));
  unsigned char *pak = (unsigned char *)calloc(1, START + contents.len + END);
  wb_model *on_disk = NULL, *model = NULL;
  int fd;
  REQUIRE(pak != NULL);
  memcpy(pak + START, contents.data, contents.len);
  write_file(join(path, scratch, "game.pak"), pak, START + contents.len + END);
  fd = open(path, O_RDONLY);
  CHECK_STATUS(wb_model_open(NULL, shard, WB_NUL, NULL, &on_disk, NULL), WB_OK);
  CHECK_STATUS(wb_model_open_fd(NULL, fd, START, contents.len, NULL, &model, NULL), WB_OK);
  close(fd); /* the model has one of its own */
  compare(model, on_disk);
  wb_model_release(model);
  fd = open(shard, O_RDONLY);
  CHECK_STATUS(wb_model_open_fd(NULL, fd, 0, UINT64_MAX, NULL, &model, NULL), WB_OK);
  compare(model, on_disk);
  wb_model_release(model);
  CHECK_STATUS(wb_model_open_fd(NULL, fd, contents.len + 1, UINT64_MAX, NULL, &model, NULL), WB_ERR_INVALID_ARGUMENT);
  CHECK_STATUS(wb_model_open_fd(NULL, fd, 1, contents.len, NULL, &model, NULL), WB_ERR_INVALID_ARGUMENT);
  close(fd);
  CHECK_STATUS(wb_model_open_fd(NULL, -1, 0, UINT64_MAX, NULL, &model, NULL), WB_ERR_INVALID_ARGUMENT);
  CHECK_STATUS(wb_model_open_fd(NULL, fd, 0, UINT64_MAX, NULL, &model, NULL), WB_ERR_IO); /* it is closed */
  CHECK(model == NULL);
  wb_model_release(on_disk);
  free(pak);
  free(contents.data);
}

int main(int argc, char **argv) {
  char llama[PATH_SIZE];
  REQUIRE(argc == 3);
  join(llama, argv[1], "tiny-llama");
  through_a_context(llama);
  faults(llama);
  structures(llama);
  in_memory(llama);
  by_descriptor(llama, argv[2]);
  return check_result();
}
