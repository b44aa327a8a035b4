/* What one call costs that a server makes for every request. Prints one JSON line.
 *
 *   calls MODEL data|find|miss */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <weighbridge.h>

enum { CALLS = 1000000, RUNS = 9 };

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* Seconds of one call, over many of them. */
static double measure(const wb_model *model, const char *what, wb_str name) {
  const void *data;
  size_t at, len;
  const double start = now();
  for (int call = 0; call < CALLS; call++) {
    const wb_status status = *what == 'd'   ? wb_model_tensor_data(model, 0, &data, &len)
                             : *what == 'f' ? wb_model_tensor_find(model, name.ptr, name.len, &at)
                                            : wb_model_tensor_find(model, "no such tensor", WB_NUL, &at);
    if (status != (*what == 'm' ? WB_ERR_NOT_FOUND : WB_OK)) return -1;
  }
  return (now() - start) / CALLS;
}

int main(int argc, char **argv) {
  wb_model *model;
  wb_tensor_info info = {0};
  double best = 1;
  if (argc != 3 || wb_model_open(NULL, argv[1], WB_NUL, NULL, &model, NULL) != WB_OK) return 2;
  info.struct_size = sizeof info;
  if (wb_model_tensor_info(model, wb_model_tensor_count(model) / 2, &info) != WB_OK) return 2;
  for (int run = 0; run < RUNS; run++) {
    const double seconds = measure(model, argv[2], info.name);
    if (seconds < 0) return 1;
    if (seconds < best) best = seconds;
  }
  wb_model_release(model);
  printf("{\"what\": \"one call: %s\", \"seconds\": %.12f, \"runs\": %d, \"bytes\": 0, \"peak_rss\": 0}\n", argv[2], best,
         RUNS);
  return 0;
}
