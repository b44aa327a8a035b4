/* pack.c: lists of tensors without pointers. A list of wb_tensor_info is full of them, and cgo would look at each of them,
 * and Go would call C for each name. */
#include "bridge.h"

#include <stdlib.h>
#include <string.h>

static wb_status batch_of(const wb_model *m, size_t first, size_t count, wb_tensor_info *batch) {
  batch->struct_size = sizeof *batch;
  return wb_model_tensor_infos(m, first, count, batch, sizeof *batch);
}

static uint64_t dimensions(const wb_tensor_info *tensor) {
  return (uint64_t)tensor->rank * (tensor->strides == NULL ? 1 : 2);
}

/* Where the next parts of a tensor go. */
typedef struct cursor {
  wbgo_tensor *record;
  int64_t *number;
  char *text;
} cursor;

static void put_numbers(cursor *to, const int64_t *numbers, uint32_t count) {
  if (count > 0) memcpy(to->number, numbers, count * sizeof *numbers);
  to->number += count;
}

static void put(cursor *to, const wb_tensor_info *tensor) {
  *to->record++ = (wbgo_tensor){
      .bytes = tensor->bytes,
      .offset = tensor->offset,
      .file = tensor->file,
      .name_len = tensor->name.len,
      .dtype = tensor->dtype,
      .rank = tensor->rank,
      .alignment = tensor->alignment,
      .has_strides = tensor->strides != NULL,
  };
  put_numbers(to, tensor->shape, tensor->rank);
  if (tensor->strides != NULL) put_numbers(to, tensor->strides, tensor->rank);
  memcpy(to->text, tensor->name.ptr, tensor->name.len);
  to->text += tensor->name.len;
}

wb_status wbgo_tensors_pack(const wb_model *m, size_t first, size_t count, wbgo_tensors **out) {
  wb_tensor_info batch[WBGO_BATCH];
  wbgo_tensors sizes = {.count = count};
  const wb_status status = batch_of(m, first, count, batch);
  if (status != WB_OK) return status;
  for (size_t i = 0; i < count; i++) {
    sizes.numbers += dimensions(&batch[i]);
    sizes.text_len += batch[i].name.len;
  }
  const size_t records = sizeof sizes + count * sizeof(wbgo_tensor);
  const size_t numbers = (size_t)sizes.numbers * sizeof(int64_t);
  wbgo_tensors *packed = malloc(records + numbers + (size_t)sizes.text_len);
  if (packed == NULL) return WB_ERR_OUT_OF_MEMORY;
  *packed = sizes;
  cursor to = {packed->records, (int64_t *)((char *)packed + records), (char *)packed + records + numbers};
  for (size_t i = 0; i < count; i++) put(&to, &batch[i]);
  *out = packed;
  return WB_OK;
}
