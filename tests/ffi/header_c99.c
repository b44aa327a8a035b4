/* header_c99.c: weighbridge.h is C99, stands alone and may be included twice. Compiled only. */
#include <weighbridge.h>
#include <weighbridge.h>

extern int wb_header_c99(void);

int wb_header_c99(void) {
  const wb_str text = {"text", WB_NUL};
  wb_open_options options = {0};
  options.struct_size = sizeof options;
  return options.struct_size > 0 && text.len == WB_NUL && WB_OK == 0;
}
