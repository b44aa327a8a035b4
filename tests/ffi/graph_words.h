/* graph_words.h: how graph_text.c spells text, tensors and types. C11. */
#ifndef WB_TEST_GRAPH_WORDS_H
#define WB_TEST_GRAPH_WORDS_H

#include <weighbridge.h>

#include <inttypes.h>

#include "check.h"
#include "files.h"
#include "sizes.h"

#define SHORT 64 /* up to so many bytes of a tensor are written out */

static const wb_model *model; /* the one that is printed */

/* ---- words ---- */

static inline void indent(int depth) { printf("%*s", 2 * depth, ""); }

/* Text in quotes: what is not printable ASCII, and quotes and backslashes, as \xNN. */
static inline void text(wb_str s) {
  size_t i;
  putchar('"');
  for (i = 0; i < s.len; i++) {
    const unsigned char c = (unsigned char)s.ptr[i];
    if (c < 0x20 || c > 0x7e || c == '"' || c == '\\') printf("\\x%02x", c);
    else putchar(c);
  }
  putchar('"');
}

static inline void word(const char *name, wb_str s) {
  printf(" %s ", name);
  text(s);
}

static inline void dims(uint32_t rank, const int64_t *shape) {
  uint32_t d;
  for (d = 0; d < rank; d++) printf("%s%" PRId64, d == 0 ? "[" : ", ", shape[d]);
  printf("%s", rank == 0 ? "[]" : "]");
}

static inline void tensor(size_t index) {
  unsigned char bytes[SHORT];
  wb_tensor_info info;
  uint64_t i;
  SIZED(info);
  if (index == WB_NO_INDEX || !CHECK_STATUS(wb_model_tensor_info(model, index, &info), WB_OK)) {
    printf(" unreadable");
    return;
  }
  printf(" %s", wb_dtype_name(info.dtype));
  dims(info.rank, info.shape);
  printf(" %" PRIu64, info.bytes);
  if (info.bytes > SHORT || !CHECK_STATUS(wb_model_tensor_read(model, index, 0, bytes, (size_t)info.bytes, NULL), WB_OK))
    return;
  putchar(' ');
  for (i = 0; i < info.bytes; i++) printf("%02x", bytes[i]);
}

static inline void sparse(size_t index) {
  wb_sparse_info info;
  SIZED(info);
  CHECK_STATUS(wb_model_sparse_info(model, index, &info), WB_OK);
  printf(" sparse");
  dims(info.rank, info.shape);
  tensor(info.values);
  tensor(info.indices);
}

/* ---- types ---- */

static inline void type(const wb_graph *g, uint32_t index) {
  static const char *const kinds[] = {"unknown", "tensor", "sparse", "sequence", "map", "optional", "opaque"};
  wb_type_info info;
  uint32_t d;
  SIZED(info);
  if (!CHECK_STATUS(wb_graph_type_info(g, index, &info), WB_OK)) return;
  REQUIRE(info.kind < sizeof kinds / sizeof kinds[0]);
  printf(" %s", kinds[info.kind]);
  if (info.kind == WB_TYPE_TENSOR || info.kind == WB_TYPE_SPARSE_TENSOR || info.kind == WB_TYPE_MAP)
    printf(" %s", info.dtype == 0 ? "?" : wb_dtype_name(info.dtype));
  if (info.shape != NULL) {
    putchar('[');
    for (d = 0; d < info.rank; d++) {
      wb_dim_info dim;
      SIZED(dim);
      CHECK_STATUS(wb_graph_type_dim_info(g, index, d, &dim), WB_OK);
      CHECK(dim.size == info.shape[d]);
      if (d > 0) printf(", ");
      if (dim.symbol.len > 0) text(dim.symbol);
      else if (dim.size == -1) putchar('?');
      else printf("%" PRId64, dim.size);
      if (dim.denotation.len > 0) word("means", dim.denotation);
    }
    putchar(']');
  }
  if (info.denotation.len > 0) word("means", info.denotation);
  if (info.element != WB_NO_ID) {
    printf(" of");
    type(g, info.element);
  }
}

#endif
