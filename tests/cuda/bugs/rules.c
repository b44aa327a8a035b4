/* rules.c: runs the tests of the stand-in, each with a fresh one.
 *
 *   rules [NAME]
 *
 * Says what is wrong on standard output; exits with 0 if nothing is. */
#include "rules.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned wrong;
static const char *running;

void check(bool holds, const char *text, const char *file, int line) {
  if (!holds) {
    printf("%s:%d: %s: %s\n", file, line, running, text);
    wrong++;
  }
}

void expect(CUresult expected, CUresult result, const char *call, const char *file, int line) {
  if (result != expected) {
    printf("%s:%d: %s: %s is %u, not %u\n", file, line, running, call, result, expected);
    wrong++;
  }
}

CUcontext use(CUdevice device) {
  CUcontext context = NULL;
  GOOD(cuDevicePrimaryCtxRetain(&context, device));
  GOOD(cuCtxPushCurrent_v2(context));
  return context;
}

void stop_using(CUdevice device) {
  GOOD(cuCtxPopCurrent_v2(NULL));
  GOOD(cuDevicePrimaryCtxRelease_v2(device));
}

static const char *report(void) {
  static char text[1 << 16];
  CHECK(cuStubReport(text, sizeof text) < sizeof text);
  return text;
}

uint64_t reported(const char *field) {
  char key[64];
  snprintf(key, sizeof key, "\"%s\":", field);
  const char *found = strstr(report(), key);
  CHECK(found != NULL);
  return found != NULL ? strtoull(found + strlen(key), NULL, 10) : UINT64_MAX;
}

bool complained(const char *text) {
  const char *violations = strstr(report(), "\"violations\":");
  return violations != NULL && strstr(violations, text) != NULL;
}

bool no_complaint(void) {
  return reported("violations_in_all") == 0;
}

bool holds(CUdeviceptr address, size_t size, unsigned char value) {
  unsigned char *bytes = malloc(size);
  bool same = bytes != NULL && cuStubPeek(address, bytes, size) == 0;
  for (size_t i = 0; same && i < size; i++) {
    same = bytes[i] == value;
  }
  free(bytes);
  return same;
}

static pthread_mutex_t gate_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t gate_opened = PTHREAD_COND_INITIALIZER;

static void pass(void *argument) {
  const struct gate *gate = argument;
  pthread_mutex_lock(&gate_lock);
  while (!gate->open) {
    pthread_cond_wait(&gate_opened, &gate_lock);
  }
  pthread_mutex_unlock(&gate_lock);
}

void shut(struct gate *gate, CUstream stream) {
  gate->open = false;
  GOOD(cuLaunchHostFunc(stream, pass, gate));
}

void open_gate(struct gate *gate) {
  pthread_mutex_lock(&gate_lock);
  gate->open = true;
  pthread_cond_broadcast(&gate_opened);
  pthread_mutex_unlock(&gate_lock);
}

struct call {
  void (*function)(void *);
  void *argument;
};

static void *run_call(void *argument) {
  const struct call *call = argument;
  call->function(call->argument);
  return NULL;
}

void in_thread(void (*function)(void *), void *argument) {
  struct call call = {function, argument};
  pthread_t thread;
  bool started = pthread_create(&thread, NULL, run_call, &call) == 0;
  CHECK(started);
  if (started) {
    pthread_join(thread, NULL);
  }
}

static void run(const struct rule *rules, const char *only) {
  for (; rules->name != NULL; rules++) {
    if (only == NULL || strcmp(only, rules->name) == 0) {
      running = rules->name;
      cuStubReset();
      rules->run();
    }
  }
}

int main(int count, char **arguments) {
  const struct rule *all[] = {memory_rules,  pinned_rules,  copy_rules,   stream_rules, context_rules,
                              capture_rules, failure_rules, report_rules, thread_rules};
  running = "cuInit";
  GOOD(cuInit(0));
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    run(all[i], count > 1 ? arguments[1] : NULL);
  }
  return wrong > 0;
}
