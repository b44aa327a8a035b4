/* settings.h: how the stand-in behaves.
 *
 * Each setting has a name, which cuStubConfigure takes. STUB_CUDA_ and the name in upper case is its environment
 * variable, which is read at the first call of the driver and at cuStubReset. */
#ifndef STUB_SETTINGS_H
#define STUB_SETTINGS_H

#include "failures.h"

#pragma GCC visibility push(hidden)

enum { MAX_DEVICES = 16 };

struct settings {
  uint64_t devices;   /* how many */
  uint64_t memory_mb; /* of each device */
  uint64_t driver;    /* the version it says it has */
  uint64_t init;      /* what cuInit returns */
  uint64_t sync;      /* asynchronous operations are done at once, in the calling thread */
  uint64_t delay_us;  /* between the moment a copy may start and its first read */
  uint64_t mbps;      /* speed of each device's copy engines, one for each direction; 0 for no limit */
  uint64_t copies;    /* 0: copies move no bytes */
  uint64_t pinned_mb; /* limit of pinned memory; 0 for none */
  uint64_t registers; /* whether host memory can be registered; its name is "register" */
  char report[1024];  /* where a report is written at exit */
};

extern struct settings settings;

/* Reads the environment, unless that has been done. False if it makes no sense. */
bool settings_load(void);
/* Makes the next settings_load read the environment anew. */
void settings_forget(void);

/* Settings that are wished for. */
struct wish {
  struct settings settings;
  struct failures failures;
  bool has_failures;
};

/* Reads "name=value name=value"; what is not named stays as it is. False if it makes no sense. */
bool settings_read(const char *specification, struct wish *wish);
void settings_adopt(const struct wish *wish);
/* Whether operations are done in the thread that asks for them: by wish, or because there is nothing to wait for. */
bool settings_inline(void);

#pragma GCC visibility pop
#endif
