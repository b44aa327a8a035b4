/* uploader.c: a program that has something uploaded while it uses the driver for its own purposes, and looks at what
 * came of it.
 *
 *   uploader BUG [SPECIFICATION]
 *
 * makes the mistake of that name, or "none". The specification goes to the stand-in, see stub/control.c; with one, the
 * upload is meant to fail. Each finding is a line on standard output; the program exits with 0 if there is none. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bug.h"
#include "findings.h"
#include "upload.h"

enum { START = 1234, SIZE = 3 * 1000 * 1000 + 17, FINDINGS = 1, USAGE = 2 };

/* What the program does itself: a context of its own, and a stream that is captured meanwhile. */
struct host {
  CUcontext context;
  CUstream stream;
};

static bool begin(struct host *host) {
  return GOOD(cuInit(0)) && GOOD(cuCtxCreate_v2(&host->context, 0, 1)) &&
         GOOD(cuStreamCreate(&host->stream, CU_STREAM_NON_BLOCKING)) &&
         GOOD(cuStreamBeginCapture_v2(host->stream, CAPTURE_GLOBAL));
}

static void end(struct host *host) {
  CUgraph graph = NULL;
  CUcontext current = NULL;
  if (GOOD(cuCtxGetCurrent(&current)) && current != host->context) {
    finding("another context is current in the host's thread");
  }
  GOOD(cuCtxSetCurrent(host->context));
  if (GOOD(cuStreamEndCapture(host->stream, &graph))) {
    GOOD(cuGraphDestroy(graph));
  }
  GOOD(cuStreamDestroy_v2(host->stream));
  GOOD(cuCtxDestroy_v2(host->context));
}

/* Bytes in which every error shows. */
static unsigned char *make_source(void) {
  size_t size = (START + SIZE + BLOCK - 1) / BLOCK * BLOCK;
  unsigned char *source = malloc(size);
  uint32_t state = 1;
  for (size_t i = 0; source != NULL && i < size; i++) {
    state = state * 1664525 + 1013904223;
    source[i] = (unsigned char)(state >> 24);
  }
  return source;
}

static void compare(const struct upload *upload) {
  unsigned char *back = malloc(upload->size);
  if (back == NULL || cuStubPeek(upload->target, back, upload->size) != 0) {
    finding("the upload cannot be read back");
  } else if (memcmp(back, upload->source + upload->start, upload->size) != 0) {
    finding("the bytes on the device are not those of the source");
  }
  free(back);
}

static void run(struct upload *upload, bool meant_to_fail) {
  bool uploaded = upload_run(upload);
  if (uploaded == meant_to_fail) {
    finding("the upload has %s", uploaded ? "succeeded" : "failed");
  }
  if (uploaded) {
    compare(upload);
  }
  if (uploaded && !upload_give_back(upload)) {
    finding("the upload cannot be given back");
  }
}

int main(int count, char **arguments) {
  struct host host;
  struct upload upload = {.start = START, .size = SIZE, .device = 0, .threads = 3, .depth = 2, .slot_size = 50000};
  const char *specification = count > 2 ? arguments[2] : "";
  if (count < 2 || !bug_choose(arguments[1]) || cuStubConfigure(specification) != 0) {
    fprintf(stderr, "uploader BUG [SPECIFICATION]\n");
    return USAGE;
  }
  unsigned char *source = make_source();
  upload.source = source;
  if (source == NULL || !begin(&host)) {
    return USAGE;
  }
  run(&upload, *specification != '\0');
  end(&host);
  examine_report();
  free(source);
  return findings() > 0 ? FINDINGS : 0;
}
