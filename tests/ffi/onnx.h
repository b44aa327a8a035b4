/* onnx.h: the ONNX models of the tests on graphs. C11; needs weighbridge.h. */
#ifndef WB_TEST_ONNX_H
#define WB_TEST_ONNX_H

#include "check.h"
#include "files.h"
#include "sizes.h"

#define JUNK ((void *)&check_failures) /* not NULL, and not what the library has made */

#define INVALID(call) CHECK_STATUS(call, WB_ERR_INVALID_ARGUMENT)
#define MISSING(call) CHECK_STATUS(call, WB_ERR_NOT_FOUND)
#define GOOD(call) CHECK_STATUS(call, WB_OK)

/* A model that was made to test readers, beside the folder GOLDEN; its path in `out`, which holds PATH_SIZE. */
static inline const char *onnx_path(char *out, const char *golden, const char *name) {
  char folder[PATH_SIZE];
  return join(out, join(folder, golden, "../onnx/golden/made"), name);
}

static inline wb_model *open_onnx(const char *golden, const char *name) {
  char path[PATH_SIZE];
  wb_model *model = NULL;
  REQUIRE(wb_model_open(NULL, onnx_path(path, golden, name), WB_NUL, NULL, &model, NULL) == WB_OK);
  return model;
}

static inline int same_text(wb_str s, const char *text) {
  return s.len == strlen(text) && memcmp(s.ptr, text, s.len) == 0;
}

#endif
