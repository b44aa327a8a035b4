/* The library that is loaded is the one that the header describes. */
#include <stdio.h>
#include <weighbridge.h>

int main(void) {
  printf("weighbridge %s\n", wb_version_string());
  return wb_abi_version() == WB_ABI_VERSION ? 0 : 1;
}
