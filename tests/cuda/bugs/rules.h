/* rules.h: tests of the stand-in itself. */
#ifndef BUGS_RULES_H
#define BUGS_RULES_H

#include <stdbool.h>

#include "cuda.h"

/* Each says what is wrong, and where, and goes on. */
void check(bool holds, const char *text, const char *file, int line);
void expect(CUresult expected, CUresult result, const char *call, const char *file, int line);
#define CHECK(condition) check(condition, #condition, __FILE__, __LINE__)
#define EXPECT(code, call) expect(code, call, #call, __FILE__, __LINE__)
#define GOOD(call) EXPECT(0, call)
#define CONFIGURE(specification) CHECK(cuStubConfigure(specification) == 0)

/* Errors that the rules are about. */
enum {
  INVALID_VALUE = 1,
  OUT_OF_MEMORY = 2,
  NOT_INITIALIZED = 3,
  NO_DEVICE = 100,
  INVALID_DEVICE = 101,
  INVALID_CONTEXT = 201,
  INVALID_HANDLE = 400,
  ILLEGAL_STATE = 401,
  NOT_FOUND = 500,
  NOT_READY = 600,
  CONTEXT_IS_DESTROYED = 709,
  ALREADY_REGISTERED = 712,
  NOT_REGISTERED = 713,
  LAUNCH_FAILED = 719,
  NOT_PERMITTED = 800,
  NOT_SUPPORTED = 801,
  CAPTURE_UNSUPPORTED = 900,
  CAPTURE_INVALIDATED = 901,
  CAPTURE_UNMATCHED = 903,
  CAPTURE_ISOLATION = 905,
  CAPTURE_IMPLICIT = 906,
  CAPTURED_EVENT = 907,
  CAPTURE_WRONG_THREAD = 908,
};

/* Makes the primary context of a device current, and keeps it. */
CUcontext use(CUdevice device);
void stop_using(CUdevice device);

/* A number of the report. */
uint64_t reported(const char *field);
/* Whether a violation is reported whose text contains this. */
bool complained(const char *text);
/* Whether none is. */
bool no_complaint(void);

/* Whether all bytes on the device are these. */
bool holds(CUdeviceptr address, size_t size, unsigned char value);

/* Holds up the work that is queued in a stream after it, until it is opened: no test depends on how fast things go. */
struct gate {
  bool open;
};
void shut(struct gate *gate, CUstream stream);
void open_gate(struct gate *gate);

/* Runs something in another thread, and waits for it. */
void in_thread(void (*function)(void *), void *argument);

struct rule {
  const char *name;
  void (*run)(void);
};

/* Of each file; the last one has no name. */
extern const struct rule memory_rules[], pinned_rules[], copy_rules[], stream_rules[], context_rules[], capture_rules[];
extern const struct rule failure_rules[], report_rules[], thread_rules[];

#endif
