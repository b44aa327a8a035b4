/* library.c: see library.h. */
#include "library.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>

static atomic_bool forked;

static void *open_myself(int flags) {
  Dl_info info;
  return dladdr(&forked, &info) != 0 ? dlopen(info.dli_fname, RTLD_NOW | RTLD_NOLOAD | flags) : NULL;
}

void library_stay(void) {
  void *library = open_myself(RTLD_NODELETE);
  if (library != NULL) {
    dlclose(library);
  }
}

bool library_exports(const char *symbol) {
  void *library = open_myself(0);
  if (library == NULL) {
    return false;
  }
  bool found = dlsym(library, symbol) != NULL;
  dlclose(library);
  return found;
}

bool library_forked(void) {
  return atomic_load_explicit(&forked, memory_order_relaxed);
}

static void note_fork(void) {
  atomic_store(&forked, true);
}

__attribute__((constructor)) static void watch_forks(void) {
  pthread_atfork(NULL, NULL, note_fork);
}
