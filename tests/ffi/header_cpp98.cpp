/* header_cpp98.cpp: weighbridge.h is C++98 too, stands alone and may be included twice. */
#include <weighbridge.h>
#include <weighbridge.h>

int main() {
  const wb_str text = {"text", WB_NUL};
  wb_open_options options = wb_open_options();
  options.struct_size = sizeof options;
  return options.struct_size > 0 && text.len == WB_NUL && WB_OK == 0 ? 0 : 1;
}
