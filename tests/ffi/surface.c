/* surface.c: every function of weighbridge.h at least once, on good input, and what it then says about bad weights.
 *
 *   surface GOLDEN SCRATCH */
#define _XOPEN_SOURCE 700 /* pread and its kin */
#include <weighbridge.h>

#include "check.h"
#include "files.h"
#include "placed.h"

static char llama[PATH_SIZE];  /* a checkpoint of four shards, with SHA256SUMS */
static char dtypes[PATH_SIZE]; /* one file */
static char edge[PATH_SIZE];   /* one file */
static const char *scratch;

static wb_model *open_model(const char *path, const wb_open_options *options) {
  wb_model *model = NULL;
  wb_error *err = NULL;
  const wb_status status = wb_model_open(NULL, path, WB_NUL, options, &model, &err);
  if (status != WB_OK) {
    fprintf(stderr, "%s: %s\n", path, wb_error_message(err));
  }
  CHECK_STATUS(status, WB_OK);
  REQUIRE(model != NULL && err == NULL);
  return model;
}

static wb_open_options open_options(uint32_t verify) {
  wb_open_options options;
  memset(&options, 0, sizeof options);
  options.struct_size = sizeof options;
  options.verify = verify;
  return options;
}

static wb_plan_options plan_options(uint32_t target) {
  wb_plan_options options;
  memset(&options, 0, sizeof options);
  options.struct_size = sizeof options;
  options.target = target;
  return options;
}

static wb_tensor_info tensor_info(const wb_model *model, size_t index) {
  wb_tensor_info info;
  memset(&info, 0, sizeof info);
  info.struct_size = sizeof info;
  CHECK_STATUS(wb_model_tensor_info(model, index, &info), WB_OK);
  return info;
}

static wb_file_info file_info(const wb_model *model, size_t index) {
  wb_file_info info;
  memset(&info, 0, sizeof info);
  info.struct_size = sizeof info;
  CHECK_STATUS(wb_model_file_info(model, index, &info), WB_OK);
  return info;
}

static wb_progress no_progress(void) {
  wb_progress progress;
  memset(&progress, 0, sizeof progress);
  progress.struct_size = sizeof progress;
  return progress;
}

/* The bytes of a tensor, read; the caller frees them. */
static unsigned char *read_tensor(const wb_model *model, size_t index, uint64_t len) {
  unsigned char *out = (unsigned char *)malloc((size_t)len + 1);
  wb_error *err = NULL;
  REQUIRE(out != NULL);
  CHECK_STATUS(wb_model_tensor_read(model, index, 0, out, (size_t)len, &err), WB_OK);
  CHECK(err == NULL);
  return out;
}

static int same_text(wb_str s, const char *text) { return s.len == strlen(text) && memcmp(s.ptr, text, s.len) == 0; }

/* ---- library ---- */

static void library(void) {
  const wb_status known[] = {WB_OK,           WB_PENDING,        WB_ERR_INVALID_ARGUMENT, WB_ERR_UNSUPPORTED,
                             WB_ERR_OUT_OF_MEMORY, WB_ERR_IO,    WB_ERR_NOT_FOUND,        WB_ERR_FORMAT,
                             WB_ERR_LIMIT,    WB_ERR_MISMATCH,   WB_ERR_UNVERIFIED,       WB_ERR_DEVICE,
                             WB_ERR_CANCELLED, WB_ERR_CALLBACK,  WB_ERR_NOT_MAPPED,       WB_ERR_CHANGED,
                             WB_ERR_INTERNAL};
  const uint32_t version = wb_version();
  char spelled[64];
  size_t i, j;

  snprintf(spelled, sizeof spelled, "%u.%u.%u", (unsigned)(version >> 24), (unsigned)(version >> 12 & 0xfff),
           (unsigned)(version & 0xfff));
  CHECK(strcmp(spelled, wb_version_string()) == 0);
#ifdef WB_ABI_VERSION
  CHECK(wb_abi_version() == WB_ABI_VERSION);
#else
  (void)wb_abi_version();
#endif

  CHECK(wb_has_feature("safetensors", WB_NUL) == 1);
  CHECK(wb_has_feature("safetensors!", 11) == 1);
  CHECK(wb_has_feature("no such feature", WB_NUL) == 0);
  CHECK(wb_has_feature("", 0) == 0);

  for (i = 0; i < sizeof known / sizeof known[0]; i++) {
    REQUIRE(wb_status_name(known[i]) != NULL);
    CHECK(wb_status_name(known[i])[0] != 0);
    for (j = 0; j < i; j++) CHECK(strcmp(wb_status_name(known[i]), wb_status_name(known[j])) != 0);
  }
  CHECK(wb_status_name(-12345) != NULL);
  CHECK(wb_dtype_name(UINT32_MAX) != NULL);
}

static void layouts(void) {
  const struct {
    wb_dtype dtype;
    uint32_t bits, elements, bytes, alignment;
  } expected[] = {{WB_F32, 32, 1, 4, 4},  {WB_BOOL, 8, 1, 1, 1},  {WB_C64, 64, 1, 8, 4},     {WB_I4, 4, 2, 1, 1},
                  {WB_U2, 2, 4, 1, 1},    {WB_F6_E2M3, 6, 4, 3, 1}, {WB_Q4_K, 0, 256, 144, 2}, {WB_Q8_0, 0, 32, 34, 2},
                  {WB_STRING, 0, 0, 0, 1}};
  wb_dtype_info info;
  size_t i;
  for (i = 0; i < sizeof expected / sizeof *expected; i++) {
    memset(&info, 0, sizeof info);
    info.struct_size = sizeof info;
    if (!CHECK_STATUS(wb_dtype_get_info(expected[i].dtype, &info), WB_OK)) continue;
    CHECK(same_text(info.name, wb_dtype_name(expected[i].dtype)));
    CHECK(info.bits == expected[i].bits && info.alignment == expected[i].alignment);
    CHECK(info.block_elements == expected[i].elements && info.block_bytes == expected[i].bytes);
  }
  CHECK_REFUSED(wb_dtype_get_info(0, &info));
  CHECK_REFUSED(wb_dtype_get_info(UINT32_MAX, &info));
}

static void build(void) {
  wb_build_info info;
  memset(&info, 0, sizeof info);
  info.struct_size = sizeof info;
  CHECK_STATUS(wb_build_get_info(&info), WB_OK);
  CHECK(same_text(info.version, wb_version_string()));
  CHECK(info.features.len > 0 && info.target.len > 0 && info.compiler.len > 0);
  CHECK(same_text(info.profile, "debug") || same_text(info.profile, "release"));
}

/* ---- errors ---- */

static void errors(void) {
  char path[PATH_SIZE];
  wb_model *model = (wb_model *)path; /* anything but NULL */
  wb_error *err = NULL;
  wb_error *again;
  wb_error_info info;
  wb_status status;

  status = wb_model_open(NULL, join(path, scratch, "no-such-model.safetensors"), WB_NUL, NULL, &model, &err);
  CHECK(status == WB_ERR_NOT_FOUND || status == WB_ERR_IO);
  CHECK(model == NULL);
  REQUIRE(err != NULL);
  CHECK(wb_error_code(err) == status);
  again = wb_error_retain(err);
  CHECK(again == err);
  wb_error_release(again);
  memset(&info, 0, sizeof info);
  info.struct_size = sizeof info;
  CHECK_STATUS(wb_error_get_info(err, &info), WB_OK);
  CHECK(info.code == status && info.reserved == 0);
  CHECK(same_text(info.message, wb_error_message(err)) && info.message.len > 0);
  CHECK(info.path.len >= 25 && memcmp(info.path.ptr + info.path.len - 25, "no-such-model.safetensors", 25) == 0);
  CHECK(info.subject.ptr != NULL);
  CHECK(info.offset == UINT64_MAX);
  CHECK(info.os_code == ENOENT || info.os_code == 0);
  wb_error_release(err);

  CHECK_STATUS(wb_model_open(NULL, path, WB_NUL, NULL, &model, NULL), status); /* nobody asked why */

  /* a header of 100 bytes, of which there are two */
  write_file(join(path, scratch, "short.safetensors"), "d\0\0\0\0\0\0\0{\"", 10);
  err = NULL;
  CHECK_STATUS(wb_model_open(NULL, path, WB_NUL, NULL, &model, &err), WB_ERR_FORMAT);
  CHECK(model == NULL && err != NULL);
  wb_error_release(err);
}

/* ---- context ---- */

static size_t log_lines;

static void on_log(void *user_data, uint32_t level, const char *target, size_t target_len, const char *msg,
                   size_t msg_len) {
  (void)level;
  CHECK(user_data == &log_lines);
  CHECK(target != NULL || target_len == 0);
  CHECK(msg != NULL || msg_len == 0);
  log_lines++;
}

static void contexts(void) {
  wb_context_options options;
  wb_context *context = NULL;
  wb_context *again;
  wb_model *model = NULL;
  wb_report *report = NULL;
  wb_error *err = NULL;

  CHECK_STATUS(wb_context_create(NULL, &context, &err), WB_OK);
  CHECK(context != NULL && err == NULL);
  wb_context_release(context);

  memset(&options, 0, sizeof options);
  options.struct_size = sizeof options;
  options.max_threads = 0;
  options.log_max_level = WB_LOG_DEBUG;
  options.log = on_log;
  options.log_user_data = &log_lines;
  REQUIRE(wb_context_create(&options, &context, &err) == WB_OK);
  memset(&options, 0xff, sizeof options); /* it was copied */
  again = wb_context_retain(context);
  CHECK(again == context);
  wb_context_release(again);

  CHECK_STATUS(wb_model_open(context, llama, WB_NUL, NULL, &model, &err), WB_OK);
  wb_context_release(context); /* the model keeps it */
  CHECK(wb_model_tensor_count(model) > 0);
  CHECK_STATUS(wb_model_verify(model, NULL, &report, &err), WB_OK);
  wb_report_release(report);
  wb_model_release(model);
}

/* ---- model ---- */

static void model_files(const char *path, size_t files) {
  wb_model *model = open_model(path, NULL);
  wb_model *again = wb_model_retain(model);
  wb_file_info beyond;
  uint64_t total = 0;
  size_t i;

  CHECK(again == model);
  wb_model_release(again);
  CHECK(strcmp(wb_model_format(model), "safetensors") == 0);
  CHECK(wb_model_file_count(model) == files);
  for (i = 0; i < wb_model_file_count(model); i++) {
    const wb_file_info file = file_info(model, i);
    CHECK(file.path.len > 0 && file.bytes > 0);
    total += file.bytes;
  }
  CHECK(total > 0);
  memset(&beyond, 0, sizeof beyond);
  beyond.struct_size = sizeof beyond;
  CHECK_REFUSED(wb_model_file_info(model, files, &beyond));
  wb_model_release(model);
}

static void open_ways(void) {
  char path[PATH_SIZE];
  size_t len = strlen(dtypes);
  wb_open_options options = open_options(WB_VERIFY_IF_PRESENT);
  wb_model *model;
  wb_error *err = NULL;

  memcpy(path, dtypes, len);
  memset(path + len, 'x', sizeof path - len); /* no NUL after the path */
  CHECK_STATUS(wb_model_open(NULL, path, len, NULL, &model, &err), WB_OK);
  wb_model_release(model);

  options.format.ptr = "safetensors";
  options.format.len = WB_NUL;
  options.max_header_bytes = 1 << 20;
  options.max_tensors = 100000;
  wb_model_release(open_model(dtypes, &options));
  options.format.len = 11;
  wb_model_release(open_model(dtypes, &options));

  options.max_tensors = 1;
  CHECK_STATUS(wb_model_open(NULL, dtypes, WB_NUL, &options, &model, NULL), WB_ERR_LIMIT);
  CHECK(model == NULL);
  options.max_tensors = 0;
  options.max_header_bytes = 16;
  CHECK_STATUS(wb_model_open(NULL, dtypes, WB_NUL, &options, &model, NULL), WB_ERR_LIMIT);
}

/* ---- tensors ---- */

/* The four ways to the bytes of one tensor agree, and they are those of the file. */
static void one_tensor(const wb_model *model, const char *dir, size_t index, int mapped) {
  const wb_tensor_info info = tensor_info(model, index);
  unsigned char *copy = read_tensor(model, index, info.bytes);
  const void *data = NULL;
  wb_buffer *buffer = NULL;
  wb_error *err = NULL;
  size_t len = 0;
  size_t found = SIZE_MAX;
  uint32_t d;
  wb_status status;

  CHECK(info.struct_size == sizeof info);
  CHECK(info.name.ptr != NULL || info.name.len == 0);
  CHECK(info.file < wb_model_file_count(model));
  CHECK(info.rank == 0 || info.shape != NULL);
  for (d = 0; d < info.rank; d++) CHECK(info.shape[d] >= 0);
  REQUIRE(wb_dtype_name(info.dtype) != NULL);
  CHECK(wb_dtype_name(info.dtype)[0] != 0);
  CHECK_STATUS(wb_model_tensor_find(model, info.name.ptr, info.name.len, &found), WB_OK);
  CHECK(found == index);

  status = wb_model_tensor_data(model, index, &data, &len);
  CHECK_STATUS(status, mapped ? WB_OK : WB_ERR_NOT_MAPPED);
  if (status == WB_OK) {
    CHECK(len == info.bytes);
    CHECK(len == 0 || memcmp(data, copy, len) == 0);
    CHECK(len == 0 || (info.alignment != 0 && (uintptr_t)data % info.alignment == 0));
  } else {
    CHECK(info.alignment == 0);
  }

  status = wb_model_tensor_buffer(model, index, &buffer, &err);
  CHECK(status == WB_OK || (!mapped && status == WB_ERR_NOT_MAPPED));
  if (status == WB_OK) {
    wb_buffer *again = wb_buffer_retain(buffer);
    CHECK(again == buffer);
    wb_buffer_release(again);
    data = wb_buffer_data(buffer, &len);
    CHECK(len == info.bytes && (len == 0 || memcmp(data, copy, len) == 0));
  }
  wb_buffer_release(buffer);
  wb_error_release(err);

  if (dir != NULL && info.offset != UINT64_MAX) { /* NULL: there are no files */
    char name[PATH_SIZE];
    char path[PATH_SIZE];
    const wb_file_info file = file_info(model, info.file);
    if (CHECK(info.offset <= file.bytes && info.bytes <= file.bytes - info.offset)) {
      bytes whole = read_file(join(path, dir, base_name(name, file.path.ptr, file.path.len)));
      CHECK(whole.len == file.bytes);
      CHECK(memcmp(whole.data + info.offset, copy, (size_t)info.bytes) == 0);
      free(whole.data);
    }
  }
  if (info.bytes >= 2) { /* the last byte alone, and one too many */
    unsigned char last[2] = {0, 0};
    CHECK_STATUS(wb_model_tensor_read(model, index, info.bytes - 1, last, 1, NULL), WB_OK);
    CHECK(last[0] == copy[info.bytes - 1] && last[1] == 0);
    CHECK_REFUSED(wb_model_tensor_read(model, index, info.bytes - 1, last, 2, NULL));
  }
  free(copy);
}

/* One call for all of them, into structs of the caller's that are larger than wb_tensor_info. */
static void all_tensors_at_once(const wb_model *model) {
  typedef struct row {
    wb_tensor_info info;
    uint64_t mine;
  } row;
  const size_t count = wb_model_tensor_count(model);
  row *rows = (row *)calloc(count + 1, sizeof *rows);
  size_t i;

  REQUIRE(rows != NULL);
  for (i = 0; i <= count; i++) {
    rows[i].info.struct_size = sizeof rows[i].info;
    rows[i].mine = 1000 + i;
  }
  CHECK_STATUS(wb_model_tensor_infos(model, 0, count, &rows[0].info, sizeof *rows), WB_OK);
  for (i = 0; i < count; i++) {
    const wb_tensor_info one = tensor_info(model, i);
    CHECK(memcmp(&rows[i].info, &one, sizeof one) == 0);
    CHECK(rows[i].mine == 1000 + i);
  }
  CHECK(rows[count].info.name.ptr == NULL && rows[count].mine == 1000 + count);

  CHECK_STATUS(wb_model_tensor_infos(model, count - 1, 1, &rows[count].info, sizeof *rows), WB_OK);
  CHECK(memcmp(&rows[count].info, &rows[count - 1].info, sizeof rows[0].info) == 0);
  CHECK_STATUS(wb_model_tensor_infos(model, count, 0, &rows[0].info, sizeof *rows), WB_OK);
  CHECK_REFUSED(wb_model_tensor_infos(model, 1, count, &rows[0].info, sizeof *rows));
  free(rows);
}

static void tensors(const char *path, const char *dir) {
  wb_open_options options = open_options(WB_VERIFY_IF_PRESENT);
  wb_model *mapped = open_model(path, &options);
  wb_model *plain;
  size_t i;

  options.flags = WB_OPEN_READ;
  plain = open_model(path, &options);
  CHECK(wb_model_tensor_count(mapped) > 0);
  CHECK(wb_model_tensor_count(plain) == wb_model_tensor_count(mapped));
  for (i = 0; i < wb_model_tensor_count(mapped); i++) {
    one_tensor(mapped, dir, i, 1);
    one_tensor(plain, dir, i, 0);
  }
  all_tensors_at_once(mapped);
  CHECK_STATUS(wb_model_tensor_find(mapped, "no such tensor", WB_NUL, &i), WB_ERR_NOT_FOUND);
  wb_model_release(mapped);
  wb_model_release(plain);
}

/* The usual way to deploy: the new file is renamed over the old one. The model goes on with what it has. */
static void replaced_file(void) {
  char path[PATH_SIZE], new_path[PATH_SIZE];
  wb_open_options options = open_options(WB_VERIFY_IF_PRESENT);
  wb_model *model, *strict;
  wb_error *why = NULL;
  const void *before, *after;
  wb_error_info info;
  size_t len;

  copy_file(dtypes, join(path, scratch, "served.safetensors"));
  model = open_model(path, &options);
  options.flags = WB_OPEN_REFUSE_REPLACED;
  strict = open_model(path, &options);
  CHECK(wb_model_changed(model, NULL) == 0 && wb_model_changed(model, &why) == 0 && why == NULL);
  CHECK_STATUS(wb_model_tensor_data(model, 0, &before, &len), WB_OK);

  copy_file(edge, join(new_path, scratch, "served.new"));
  CHECK(rename(new_path, path) == 0);
  CHECK(wb_model_changed(model, NULL) == 1 && wb_model_changed(strict, &why) == 1);
  CHECK_STATUS(wb_error_code(why), WB_ERR_CHANGED);
  memset(&info, 0, sizeof info);
  info.struct_size = sizeof info;
  CHECK_STATUS(wb_error_get_info(why, &info), WB_OK);
  CHECK(same_text(info.path, path));
  wb_error_release(why);
  CHECK_STATUS(wb_model_tensor_data(model, 0, &after, &len), WB_OK);
  CHECK(after == before);
  CHECK_STATUS(wb_model_tensor_data(strict, 0, &after, &len), WB_ERR_CHANGED);
  CHECK(wb_model_changed(NULL, NULL) == 1);

  wb_model_release(model);
  wb_model_release(strict);
}

static void buffer_outlives_model(void) {
  wb_model *model = open_model(dtypes, NULL);
  const wb_tensor_info info = tensor_info(model, 0);
  const size_t len = (size_t)info.bytes;
  unsigned char *copy = read_tensor(model, 0, info.bytes);
  wb_buffer *buffer = NULL;
  size_t now = 0;

  CHECK_STATUS(wb_model_tensor_buffer(model, 0, &buffer, NULL), WB_OK);
  wb_model_release(model);
  CHECK(memcmp(wb_buffer_data(buffer, &now), copy, len) == 0 && now == len);
  wb_buffer_release(buffer);
  free(copy);
}

/* ---- memory ---- */

static void count_destroy(void *user_data) { ++*(int *)user_data; }

static void memory(void) {
  bytes file = read_file(dtypes);
  wb_model *from_file = open_model(dtypes, NULL);
  wb_model *model = NULL;
  wb_buffer *buffer = NULL;
  wb_error *err = NULL;
  int destroyed = 0;
  size_t i, len;

  CHECK_STATUS(wb_model_open_memory(NULL, file.data, file.len, NULL, NULL, NULL, &model, &err), WB_OK);
  wb_model_release(model);

  CHECK_STATUS(wb_model_open_memory(NULL, file.data, file.len, count_destroy, &destroyed, NULL, &model, &err), WB_OK);
  REQUIRE(model != NULL && err == NULL);
  CHECK(wb_model_tensor_count(model) == wb_model_tensor_count(from_file));
  for (i = 0; i < wb_model_tensor_count(model); i++) {
    const wb_tensor_info a = tensor_info(model, i);
    const wb_tensor_info b = tensor_info(from_file, i);
    const void *data = NULL;
    CHECK(a.name.len == b.name.len && memcmp(a.name.ptr, b.name.ptr, a.name.len) == 0);
    CHECK(a.dtype == b.dtype && a.rank == b.rank && a.bytes == b.bytes && a.offset == b.offset);
    CHECK_STATUS(wb_model_tensor_data(model, i, &data, &len), WB_OK);
    CHECK(data == (const void *)(file.data + a.offset) && len == a.bytes); /* no copy was made */
    one_tensor(model, NULL, i, 1);
  }
  CHECK_STATUS(wb_model_tensor_buffer(model, 0, &buffer, &err), WB_OK);
  CHECK(destroyed == 0);
  wb_model_release(model);
  CHECK(destroyed == 0); /* the buffer still shows the bytes */
  CHECK(wb_buffer_data(buffer, &len) != NULL);
  wb_buffer_release(buffer);
  CHECK(destroyed == 1);

  destroyed = 0; /* also if opening fails */
  CHECK_STATUS(wb_model_open_memory(NULL, file.data, file.len - 1, count_destroy, &destroyed, NULL, &model, &err),
               WB_ERR_FORMAT);
  CHECK(model == NULL && err != NULL && destroyed == 1);
  wb_error_release(err);
  destroyed = 0;
  CHECK(wb_model_open_memory(NULL, NULL, 0, count_destroy, &destroyed, NULL, &model, NULL) < 0);
  CHECK(model == NULL && destroyed == 1);

  wb_model_release(from_file);
  free(file.data);
}

/* ---- metadata and assets ---- */

static void travellers(void) {
  const char *const expected[] = {"config.json", "tokenizer.json"};
  wb_model *model = open_model(llama, NULL);
  wb_asset_info asset;
  wb_metadata_info info;
  size_t i, j;

  memset(&asset, 0, sizeof asset);
  memset(&info, 0, sizeof info);
  asset.struct_size = sizeof asset;
  info.struct_size = sizeof info;
  for (j = 0; j < 2; j++) {
    size_t seen = 0;
    for (i = 0; i < wb_model_asset_count(model); i++) {
      wb_buffer *buffer = NULL;
      wb_error *err = NULL;
      char path[PATH_SIZE];
      size_t len = 0;
      const void *data;
      CHECK_STATUS(wb_model_asset_info(model, i, &asset), WB_OK);
      CHECK(asset.name.len > 0);
      if (!same_text(asset.name, expected[j])) continue;
      seen++;
      CHECK_STATUS(wb_model_asset_buffer(model, i, &buffer, &err), WB_OK);
      data = wb_buffer_data(buffer, &len);
      CHECK(len == asset.bytes);
      {
        bytes file = read_file(join(path, llama, expected[j]));
        CHECK(file.len == len && memcmp(file.data, data, len) == 0);
        free(file.data);
      }
      wb_buffer_release(buffer);
    }
    CHECK(seen == 1);
  }
  CHECK_REFUSED(wb_model_asset_info(model, wb_model_asset_count(model), &asset));
  CHECK_STATUS(wb_model_asset_find(model, "tokenizer.json", WB_NUL, &i), WB_OK);
  CHECK_STATUS(wb_model_asset_info(model, i, &asset), WB_OK);
  CHECK(same_text(asset.name, "tokenizer.json"));
  CHECK_STATUS(wb_model_asset_find(model, "tokenizer", WB_NUL, &i), WB_ERR_NOT_FOUND);
  CHECK_REFUSED(wb_model_asset_find(model, NULL, 3, &i));
  wb_model_release(model);

  model = open_model(edge, NULL);
  for (i = 0; i < wb_model_metadata_count(model); i++) {
    CHECK_STATUS(wb_model_metadata_info(model, i, &info), WB_OK);
    CHECK(info.type == WB_METADATA_TEXT && info.len == info.text.len && info.text.ptr != NULL);
    CHECK(info.u64 == 0 && info.boolean == 0);
    CHECK_STATUS(wb_model_metadata_find(model, info.key.ptr, info.key.len, &j), WB_OK);
    CHECK(j == i);
  }
  CHECK(i > 0);
  CHECK_STATUS(wb_model_metadata_find(model, "no such key", WB_NUL, &j), WB_ERR_NOT_FOUND);
  CHECK_REFUSED(wb_model_metadata_info(model, i, &info));
  wb_model_release(model);
}

/* ---- load ---- */

/* A placement holds what the model holds, at addresses of this process. Needs a policy that lets us look. */
static void same_bytes(const wb_model *model, const wb_placement *placement, uint64_t alignment) {
  size_t i;
  for (i = 0; i < wb_placement_tensor_count(placement); i++) {
    wb_placed_tensor_info placed;
    wb_placed_tensor_info found;
    memset(&placed, 0, sizeof placed);
    memset(&found, 0, sizeof found);
    placed.struct_size = found.struct_size = sizeof placed;
    if (!CHECK_STATUS(wb_placement_tensor_info(placement, i, &placed), WB_OK)) return;
    if (!CHECK(placed.tensor < wb_model_tensor_count(model))) return;
    {
      const wb_tensor_info info = tensor_info(model, placed.tensor);
      unsigned char *copy = read_tensor(model, placed.tensor, info.bytes);
      CHECK(placed.bytes == info.bytes);
      CHECK(placed.bytes == 0 || memcmp(placed.data, copy, (size_t)info.bytes) == 0);
      CHECK(alignment == 0 || placed.bytes == 0 || (uintptr_t)placed.data % alignment == 0);
      CHECK_STATUS(find_placed(placement, info.name.ptr, info.name.len, &found), WB_OK);
      CHECK(found.data == placed.data && found.bytes == placed.bytes && found.tensor == placed.tensor);
      free(copy);
    }
  }
}

/* What is sealed is what the pointers show, and nobody can write it, this process included. */
static void sealed_memory(const wb_placement *placement) {
  int32_t fd = -1;
  uint64_t bytes = 0;
  wb_placed_tensor_info placed;
  unsigned char *found;
  memset(&placed, 0, sizeof placed);
  placed.struct_size = sizeof placed;
  CHECK_STATUS(wb_placement_sealed(placement, NULL, &bytes), WB_ERR_INVALID_ARGUMENT);
  if (!CHECK_STATUS(wb_placement_sealed(placement, &fd, &bytes), WB_OK)) return;
  CHECK_STATUS(wb_placement_tensor_info(placement, wb_placement_tensor_count(placement) - 1, &placed), WB_OK);
  CHECK(fd >= 0 && placed.offset + placed.bytes <= bytes);
  found = (unsigned char *)malloc((size_t)placed.bytes + 1);
  CHECK(pread(fd, found, (size_t)placed.bytes, (off_t)placed.offset) == (ssize_t)placed.bytes);
  CHECK(memcmp(found, placed.data, (size_t)placed.bytes) == 0);
  free(found);
  CHECK(pwrite(fd, "x", 1, 0) < 0);
  CHECK(ftruncate(fd, 0) < 0);
}

static int progress_calls;

static int32_t go_on(void *user_data, const wb_progress *progress) {
  wb_progress *last = (wb_progress *)user_data;
  CHECK(progress->struct_size >= sizeof *progress);
  CHECK(progress->done_bytes <= progress->total_bytes && progress->done_tensors <= progress->total_tensors);
  CHECK(progress->done_bytes >= last->done_bytes && progress->done_tensors >= last->done_tensors);
  *last = *progress;
  progress_calls++;
  return 0;
}

static int32_t stop(void *user_data, const wb_progress *progress) {
  (void)progress;
  ++*(int *)user_data;
  return 7;
}

static wb_plan *make_plan(const wb_model *model, const wb_plan_options *options) {
  wb_plan *plan = NULL;
  wb_error *err = NULL;
  CHECK_STATUS(wb_plan_create(model, options, &plan, &err), WB_OK);
  REQUIRE(plan != NULL && err == NULL);
  return plan;
}

static wb_task *start(const wb_plan *plan) {
  wb_task *task = NULL;
  wb_error *err = NULL;
  CHECK_STATUS(wb_plan_start(plan, &task, &err), WB_OK);
  REQUIRE(task != NULL && err == NULL);
  return task;
}

static void plan_and_step(void) {
  const uint64_t budgets[] = {1, 1000, 1000000, UINT64_MAX};
  wb_model *model = open_model(llama, NULL);
  const wb_plan_options options = plan_options(WB_TARGET_HOST);
  wb_plan *plan = make_plan(model, &options);
  wb_plan_info info;
  uint64_t payload = 0;
  size_t i;

  memset(&info, 0, sizeof info);
  info.struct_size = sizeof info;
  CHECK_STATUS(wb_plan_get_info(plan, &info), WB_OK);
  for (i = 0; i < wb_model_tensor_count(model); i++) payload += tensor_info(model, i).bytes;
  CHECK(info.tensors == wb_model_tensor_count(model));
  CHECK(info.payload_bytes == payload);
  CHECK(info.target_bytes >= payload && info.read_bytes >= payload);

  for (i = 0; i < sizeof budgets / sizeof budgets[0]; i++) {
    wb_task *task = start(plan);
    wb_placement *placement = NULL;
    wb_progress progress = no_progress();
    wb_progress before;
    wb_status status = WB_PENDING;
    size_t steps = 0;
    int agreed = 1;

    CHECK_STATUS(wb_task_poll(task, &progress), WB_PENDING);
    CHECK(progress.done_bytes == 0 && progress.total_bytes > 0);
    while (status == WB_PENDING && steps++ < 1000000) {
      before = progress;
      status = wb_task_step(task, budgets[i], UINT64_MAX, &progress, NULL);
      CHECK(progress.done_bytes >= before.done_bytes && progress.done_bytes <= progress.total_bytes);
      agreed = agreed && wb_task_poll(task, &before) == status && before.done_bytes == progress.done_bytes;
    }
    CHECK_STATUS(status, WB_OK);
    CHECK(agreed); /* poll and step */
    CHECK(budgets[i] != UINT64_MAX || steps == 1);
    CHECK(progress.done_bytes == progress.total_bytes);
    CHECK(progress.done_tensors == info.tensors && progress.total_tensors == info.tensors);
    CHECK_STATUS(wb_task_step(task, 1, UINT64_MAX, &progress, NULL), WB_OK); /* done stays done */
    CHECK_STATUS(wb_task_finish(task, &placement, NULL), WB_OK);
    CHECK(wb_placement_tensor_count(placement) == info.tensors);
    same_bytes(model, placement, 64);
    wb_task_release(task);
    wb_placement_release(placement);
  }
  wb_plan_release(plan);
  wb_model_release(model);
}

static void wait_and_cancel(void) {
  wb_model *model = open_model(llama, NULL);
  const wb_plan_options options = plan_options(WB_TARGET_HOST);
  wb_plan *plan = make_plan(model, &options);
  wb_progress progress = no_progress();
  wb_placement *placement = NULL;
  wb_error *err = NULL;
  wb_task *task;
  int calls = 0;

  task = start(plan);
  wb_plan_release(plan);   /* a task needs neither */
  wb_model_release(model);
  CHECK_STATUS(wb_task_wait(task, go_on, &progress, &err), WB_OK);
  CHECK(err == NULL && progress_calls > 0);
  CHECK(progress.done_bytes == progress.total_bytes);
  CHECK_STATUS(wb_task_wait(task, NULL, NULL, &err), WB_OK);
  CHECK_STATUS(wb_task_finish(task, &placement, &err), WB_OK);
  wb_task_release(task);
  wb_placement_release(placement);

  model = open_model(llama, NULL);
  plan = make_plan(model, &options);
  task = start(plan);
  CHECK_STATUS(wb_task_wait(task, stop, &calls, &err), WB_ERR_CANCELLED);
  CHECK(calls == 1 && err != NULL);
  wb_error_release(err);
  CHECK_STATUS(wb_task_poll(task, &progress), WB_ERR_CANCELLED);
  placement = (wb_placement *)model;
  CHECK(wb_task_finish(task, &placement, NULL) < 0);
  CHECK(placement == NULL);
  wb_placement_release(placement);
  wb_task_release(task);

  task = start(plan);
  wb_task_cancel(task);
  wb_task_cancel(task);
  CHECK_STATUS(wb_task_step(task, 1000, UINT64_MAX, &progress, NULL), WB_ERR_CANCELLED);
  wb_task_release(task);

  task = start(plan);
  (void)wb_task_step(task, 1, UINT64_MAX, &progress, NULL);
  wb_task_release(task); /* under way */
  wb_plan_release(plan);
  wb_model_release(model);
}

static void load_and_check(const wb_model *model, const wb_plan_options *options, size_t count, uint64_t alignment) {
  wb_placement *placement = NULL;
  wb_error *err = NULL;
  CHECK_STATUS(wb_model_load(model, options, &placement, &err), WB_OK);
  if (!CHECK(placement != NULL && err == NULL)) return;
  CHECK(wb_placement_tensor_count(placement) == count);
  same_bytes(model, placement, alignment);
  wb_placement_release(placement);
}

static void selections(void) {
  wb_model *model = open_model(llama, NULL);
  const size_t count = wb_model_tensor_count(model);
  wb_plan_options options = plan_options(WB_TARGET_HOST);
  const wb_str first = tensor_info(model, count - 1).name;
  char pattern[PATH_SIZE];
  size_t stem = 0, matching = 0, i;
  wb_str include[2];
  size_t picked[2];

  load_and_check(model, &options, count, 64);
  options.alignment = 4096;
  options.staging_bytes = 1 << 16;
  load_and_check(model, &options, count, 4096);
  options.alignment = options.staging_bytes = 0;

  options.include = include;
  options.include_count = 1;
  include[0] = first; /* a name is a pattern */
  load_and_check(model, &options, 1, 64);
  include[0].ptr = "*";
  include[0].len = WB_NUL;
  load_and_check(model, &options, count, 64);
  while (stem < first.len && first.ptr[stem] != '.') stem++;
  memcpy(pattern, first.ptr, stem);
  pattern[stem] = '*';
  include[0].ptr = pattern;
  include[0].len = stem + 1;
  for (i = 0; i < count; i++) {
    const wb_str name = tensor_info(model, i).name;
    matching += name.len >= stem && memcmp(name.ptr, first.ptr, stem) == 0;
  }
  load_and_check(model, &options, matching, 64);
  include[1] = first; /* twice chosen, once loaded */
  options.include_count = 2;
  load_and_check(model, &options, matching, 64);

  options.include = NULL;
  options.include_count = 0;
  options.tensors = picked;
  options.tensor_count = 2;
  picked[0] = count - 1;
  picked[1] = 0;
  load_and_check(model, &options, 2, 64);
  wb_model_release(model);
}

static void targets(void) {
  wb_model *model = open_model(llama, NULL);
  const size_t count = wb_model_tensor_count(model);
  wb_plan_options options = plan_options(WB_TARGET_NONE);
  wb_placement *placement = NULL;
  wb_report *report = NULL;
  wb_error *err = NULL;
  wb_placed_tensor_info placed;
  wb_status status;

  CHECK_STATUS(wb_model_load(model, NULL, &placement, &err), WB_OK); /* the same: verify only */
  wb_placement_release(placement);
  CHECK_STATUS(wb_model_load(model, &options, &placement, &err), WB_OK);
  CHECK_STATUS(wb_placement_report(placement, &report, &err), WB_OK);
  CHECK(wb_report_line_count(report) > 0);
  wb_report_release(report);
  wb_placement_release(placement);

  options.target = WB_TARGET_VIEW;
  CHECK_STATUS(wb_model_load(model, &options, &placement, &err), WB_OK);
  CHECK(wb_placement_tensor_count(placement) == count);
  same_bytes(model, placement, 0);
  {
    const void *data = NULL;
    size_t len = 0;
    memset(&placed, 0, sizeof placed);
    placed.struct_size = sizeof placed;
    CHECK_STATUS(wb_placement_tensor_info(placement, 0, &placed), WB_OK);
    CHECK_STATUS(wb_model_tensor_data(model, placed.tensor, &data, &len), WB_OK);
    CHECK(placed.data == data && placed.device_address == 0 && placed.bytes == len);
  }
  wb_placement_release(placement);

  options.target = WB_TARGET_SEALED;
  status = wb_model_load(model, &options, &placement, NULL);
  CHECK(status == WB_OK || status == WB_ERR_UNSUPPORTED);
  if (status == WB_OK) {
    same_bytes(model, placement, 64);
    sealed_memory(placement);
  }
  wb_placement_release(placement);

  options.target = WB_TARGET_CUDA;
  status = wb_model_load(model, &options, &placement, NULL);
  CHECK(status == WB_OK || status == WB_ERR_NOT_FOUND || status == WB_ERR_UNSUPPORTED); /* devices.c has more */
  CHECK((status == WB_OK) == (placement != NULL));
  wb_placement_release(placement);
  wb_model_release(model);
}

static void placement_outlives_model(uint32_t target) {
  wb_model *model = open_model(dtypes, NULL);
  wb_model *other = open_model(dtypes, NULL);
  const wb_plan_options options = plan_options(target);
  wb_placement *placement = NULL;
  wb_placement *again;

  CHECK_STATUS(wb_model_load(model, &options, &placement, NULL), WB_OK);
  wb_model_release(model);
  again = wb_placement_retain(placement);
  CHECK(again == placement);
  wb_placement_release(placement);
  CHECK(wb_placement_tensor_count(again) == wb_model_tensor_count(other));
  same_bytes(other, again, target == WB_TARGET_HOST ? 64 : 0);
  wb_placement_release(again);
  wb_model_release(other);
}

/* ---- verify ---- */

/* How many files and tensors of a report ended in `outcome`; each check is well formed. */
static size_t outcomes(const wb_report *report, uint32_t outcome, uint32_t anchor) {
  size_t seen = 0, i;
  for (i = 0; i < wb_report_line_count(report); i++) {
    wb_line_info check;
    memset(&check, 0, sizeof check);
    check.struct_size = sizeof check;
    if (!CHECK_STATUS(wb_report_line_info(report, i, &check), WB_OK)) break;
    CHECK(check.subject.len > 0);
    if (check.outcome == WB_OUTCOME_MATCH || check.outcome == WB_OUTCOME_MISMATCH) {
      const int same = check.expected.len == check.actual.len &&
                       memcmp(check.expected.ptr, check.actual.ptr, check.actual.len) == 0;
      CHECK(check.algorithm.len > 0 && check.source.len > 0);
      CHECK(check.expected.len > 0 && check.actual.len > 0);
      CHECK(same == (check.outcome == WB_OUTCOME_MATCH));
      CHECK((check.reason.len > 0) == (check.outcome == WB_OUTCOME_MISMATCH));
      CHECK(check.covers == 1 && check.offset == 0 && check.bytes == 0);
      CHECK(check.anchor == anchor);
      if (same_text(check.algorithm, "sha256")) CHECK(check.actual.len == 64);
    }
    seen += check.outcome == outcome;
  }
  return seen;
}

/* Does a check that ended in `outcome` end in this name? */
static int names(const wb_report *report, uint32_t outcome, const char *name) {
  const size_t len = strlen(name);
  size_t i;
  for (i = 0; i < wb_report_line_count(report); i++) {
    wb_line_info check;
    memset(&check, 0, sizeof check);
    check.struct_size = sizeof check;
    if (wb_report_line_info(report, i, &check) != WB_OK || check.outcome != outcome || check.subject.len < len) continue;
    if (memcmp(check.subject.ptr + check.subject.len - len, name, len) == 0) return 1;
  }
  return 0;
}

static void verify_good(void) {
  const uint32_t policies[] = {WB_VERIFY_IF_PRESENT, WB_VERIFY_REQUIRED};
  const wb_plan_options host = plan_options(WB_TARGET_HOST);
  wb_open_options options;
  wb_report *report = NULL;
  wb_error *err = NULL;
  wb_model *model;
  size_t i;

  for (i = 0; i < 2; i++) {
    options = open_options(policies[i]);
    model = open_model(llama, &options);
    CHECK_STATUS(wb_model_verify(model, NULL, &report, &err), WB_OK);
    CHECK(err == NULL);
    CHECK(outcomes(report, WB_OUTCOME_MATCH, 0) >= 4); /* four shards */
    CHECK(outcomes(report, WB_OUTCOME_MISMATCH, 0) == 0);
    wb_report_release(report);
    wb_model_release(model);
  }
  options = open_options(WB_VERIFY_NONE);
  model = open_model(llama, &options);
  load_and_check(model, &host, wb_model_tensor_count(model), 64);
  wb_model_release(model);
}

/* Every way to the bytes of a tensor answers `status`. */
static void all_ways(const wb_model *model, wb_status status) {
  unsigned char byte;
  const void *data = NULL;
  wb_buffer *buffer = NULL;
  size_t len = 0;
  CHECK_STATUS(wb_model_tensor_data(model, 0, &data, &len), status);
  CHECK_STATUS(wb_model_tensor_buffer(model, 0, &buffer, NULL), status);
  CHECK((buffer != NULL) == (status == WB_OK));
  wb_buffer_release(buffer);
  CHECK_STATUS(wb_model_tensor_read(model, 0, 0, &byte, 1, NULL), status);
}

static void required(void) {
  const wb_open_options options = open_options(WB_VERIFY_REQUIRED);
  const wb_plan_options host = plan_options(WB_TARGET_HOST);
  wb_placement *placement = (wb_placement *)scratch;
  wb_report *report = NULL;
  wb_error *err = NULL;
  char dir[PATH_SIZE], path[PATH_SIZE];
  wb_model *model;

  model = open_model(llama, &options); /* covered, and not yet checked */
  all_ways(model, WB_ERR_UNVERIFIED);
  CHECK_STATUS(wb_model_verify(model, NULL, &report, &err), WB_OK);
  wb_report_release(report);
  all_ways(model, WB_OK);
  wb_model_release(model);

  model = open_model(llama, &options); /* a load checks what it reads */
  CHECK_STATUS(wb_model_load(model, &host, &placement, &err), WB_OK);
  CHECK(wb_placement_tensor_count(placement) == wb_model_tensor_count(model));
  wb_placement_release(placement);
  wb_model_release(model);

  fresh_dir(dir, scratch, "uncovered", NULL);
  copy_file(dtypes, join(path, dir, "dtypes.safetensors"));
  model = open_model(path, &options); /* covered by nothing */
  all_ways(model, WB_ERR_UNVERIFIED);
  placement = (wb_placement *)scratch;
  CHECK_STATUS(wb_model_load(model, &host, &placement, &err), WB_ERR_UNVERIFIED);
  CHECK(placement == NULL && err != NULL);
  wb_error_release(err);
  report = NULL;
  CHECK_STATUS(wb_model_verify(model, NULL, &report, NULL), WB_ERR_UNVERIFIED);
  wb_report_release(report);
  all_ways(model, WB_ERR_UNVERIFIED);
  wb_model_release(model);
}

static void mismatch(void) {
  char dir[PATH_SIZE], name[PATH_SIZE], path[PATH_SIZE];
  wb_model *model = open_model(llama, NULL);
  const wb_tensor_info info = tensor_info(model, 0);
  wb_placement *placement = (wb_placement *)scratch;
  wb_open_options options = open_options(WB_VERIFY_IF_PRESENT);
  const wb_plan_options host = plan_options(WB_TARGET_HOST);
  wb_report *report = NULL;
  wb_error *err = NULL;
  size_t len = 0;
  const void *data = NULL;
  const wb_file_info file = file_info(model, info.file);
  wb_error_info why;
  wb_status status;

  fresh_dir(dir, scratch, "damaged", llama);
  damage_file(join(path, dir, base_name(name, file.path.ptr, file.path.len)), info.offset);
  wb_model_release(model);

  model = open_model(dir, &options);
  CHECK_STATUS(wb_model_verify(model, NULL, &report, &err), WB_ERR_MISMATCH);
  REQUIRE(report != NULL && err != NULL);
  CHECK(wb_error_code(err) == WB_ERR_MISMATCH);
  memset(&why, 0, sizeof why);
  why.struct_size = sizeof why;
  CHECK_STATUS(wb_error_get_info(err, &why), WB_OK);
  CHECK(why.path.len >= strlen(name));
  CHECK(memcmp(why.path.ptr + why.path.len - strlen(name), name, strlen(name)) == 0);
  wb_error_release(err);
  CHECK(outcomes(report, WB_OUTCOME_MISMATCH, 0) >= 1); /* outcomes() sees that both digests are there */
  CHECK(outcomes(report, WB_OUTCOME_MATCH, 0) >= 3);
  CHECK(names(report, WB_OUTCOME_MISMATCH, name));
  CHECK(!names(report, WB_OUTCOME_MATCH, name));
  wb_report_release(report);
  CHECK_STATUS(wb_model_load(model, &host, &placement, NULL), WB_ERR_MISMATCH);
  CHECK(placement == NULL);
  wb_model_release(model);

  options.verify = WB_VERIFY_REQUIRED;
  model = open_model(dir, &options);
  CHECK_STATUS(wb_model_load(model, &host, &placement, NULL), WB_ERR_MISMATCH);
  status = wb_model_tensor_data(model, 0, &data, &len);
  CHECK(status == WB_ERR_MISMATCH || status == WB_ERR_UNVERIFIED);
  wb_model_release(model);

  options.verify = WB_VERIFY_NONE; /* who asks for no check gets none */
  model = open_model(dir, &options);
  CHECK_STATUS(wb_model_load(model, &host, &placement, NULL), WB_OK);
  wb_placement_release(placement);
  wb_model_release(model);
}

static void caller_manifest(void) {
  char dir[PATH_SIZE], path[PATH_SIZE];
  bytes sums = read_file(join(path, llama, "SHA256SUMS"));
  wb_open_options options = open_options(WB_VERIFY_REQUIRED);
  const wb_plan_options host = plan_options(WB_TARGET_HOST);
  wb_placement *placement = NULL;
  wb_report *report = NULL;
  wb_error *err = NULL;
  wb_model *model;
  size_t i;

  fresh_dir(dir, scratch, "anchored", llama);
  unlink(join(path, dir, "SHA256SUMS"));
  options.manifest = sums.data;
  options.manifest_len = sums.len;
  model = open_model(dir, &options);
  CHECK_STATUS(wb_model_load(model, &host, &placement, &err), WB_OK);
  CHECK_STATUS(wb_placement_report(placement, &report, &err), WB_OK);
  CHECK(outcomes(report, WB_OUTCOME_MATCH, 1) >= 4);
  wb_report_release(report);
  wb_placement_release(placement);
  wb_model_release(model);

  for (i = 0; i < sums.len; i++) /* every digest wrong in its last digit */
    if (sums.data[i] == ' ' && i > 0 && sums.data[i - 1] != ' ') sums.data[i - 1] = sums.data[i - 1] == '0' ? '1' : '0';
  model = NULL;
  CHECK_STATUS(wb_model_open(NULL, dir, WB_NUL, &options, &model, &err), WB_OK);
  CHECK_STATUS(wb_model_verify(model, NULL, &report, NULL), WB_ERR_MISMATCH);
  CHECK(outcomes(report, WB_OUTCOME_MISMATCH, 1) >= 4);
  wb_report_release(report);
  placement = NULL;
  CHECK_STATUS(wb_model_load(model, &host, &placement, NULL), WB_ERR_MISMATCH);
  wb_model_release(model);

  model = NULL;
  options.manifest = "this is no manifest\n";
  options.manifest_len = 20;
  CHECK(wb_model_open(NULL, dir, WB_NUL, &options, &model, NULL) < 0);
  CHECK(model == NULL);
  free(sums.data);
}

/* ---- graph: weights have none ---- */

static void graphs(void) {
  wb_model *model = open_model(dtypes, NULL);
  wb_node_info node;
  wb_value_info value;

  memset(&node, 0, sizeof node);
  node.struct_size = sizeof node;
  memset(&value, 0, sizeof value);
  value.struct_size = sizeof value;
  CHECK(wb_model_graph_count(model) == 0);
  CHECK(wb_model_graph(model, 0) == NULL);
  CHECK(wb_graph_node_count(NULL) == 0);
  CHECK(wb_graph_value_count(NULL) == 0);
  CHECK_STATUS(wb_graph_node_info(NULL, 0, &node), WB_ERR_INVALID_ARGUMENT);
  CHECK_STATUS(wb_graph_value_info(NULL, 0, &value), WB_ERR_INVALID_ARGUMENT);
  wb_model_release(model);
}

int main(int argc, char **argv) {
  if (argc != 3) {
    fprintf(stderr, "usage: %s GOLDEN SCRATCH\n", argv[0]);
    return 2;
  }
  scratch = argv[2];
  join(llama, argv[1], "tiny-llama");
  join(dtypes, argv[1], "dtypes.safetensors");
  join(edge, argv[1], "edge.safetensors");

  library();
  layouts();
  build();
  errors();
  contexts();
  model_files(llama, 4);
  model_files(dtypes, 1);
  open_ways();
  tensors(llama, llama);
  tensors(dtypes, argv[1]);
  tensors(edge, argv[1]);
  replaced_file();
  buffer_outlives_model();
  memory();
  travellers();
  plan_and_step();
  wait_and_cancel();
  selections();
  targets();
  placement_outlives_model(WB_TARGET_HOST);
  placement_outlives_model(WB_TARGET_VIEW);
  verify_good();
  required();
  mismatch();
  caller_manifest();
  graphs();
  return check_result();
}
