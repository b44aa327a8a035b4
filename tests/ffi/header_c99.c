/* header_c99.c: weighbridge.h is C99, stands alone and may be included twice. */
#include <weighbridge.h>
#include <weighbridge.h>

int main(void) {
  const wb_str text = {"text", WB_NUL};
  wb_open_options options = {0};
  options.struct_size = sizeof options;
  return options.struct_size > 0 && text.len == WB_NUL && WB_OK == 0 ? 0 : 1;
}
