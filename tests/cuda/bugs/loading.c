/* loading.c: opens the driver as the library does, at run time and by its name alone.
 *
 *   loading SYMBOL...
 *
 * Prints what cuInit returns, the version, and which of the symbols are there. */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "cuda.h"

/* Copies the address of a function: C has no cast for that. */
static int find(void *driver, const char *symbol, void *function) {
  void *address = dlsym(driver, symbol);
  memcpy(function, &address, sizeof address);
  return address != NULL;
}

static void *open_driver(void) {
  void *driver = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
  if (driver == NULL) {
    printf("%s\n", dlerror());
  }
  return driver;
}

static void start(void *driver) {
  CUresult (*init)(unsigned);
  CUresult (*get_version)(int *);
  int version = 0;
  if (find(driver, "cuInit", &init)) {
    printf("cuInit returns %u\n", init(0));
  }
  if (find(driver, "cuDriverGetVersion", &get_version) && get_version(&version) == 0) {
    printf("version %d\n", version);
  }
}

int main(int count, char **arguments) {
  for (int round = 0; round < 2; round++) { /* closing it does no harm */
    void *driver = open_driver();
    if (driver == NULL) {
      return 1;
    }
    start(driver);
    for (int i = 1; i < count; i++) {
      printf("%s %s\n", arguments[i], dlsym(driver, arguments[i]) != NULL ? "is there" : "is missing");
    }
    dlclose(driver);
  }
  return 0;
}
