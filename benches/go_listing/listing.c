/* Goes through all tensors of a model, many at a time, with their names and shapes. Prints the seconds of the fastest time, and of
 * all times on average.
 *
 *   listing MODEL */
#include <stdio.h>
#include <time.h>
#include <weighbridge.h>

enum { BATCH = 256, RUNS = 500 };

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* The same sum as in BenchmarkListing of go/bench_test.go. */
static uint64_t list(const wb_model *model) {
  wb_tensor_info batch[BATCH] = {{.struct_size = sizeof *batch}};
  const size_t all = wb_model_tensor_count(model);
  uint64_t sum = 0;
  for (size_t first = 0, count; first < all; first += count) {
    count = all - first < BATCH ? all - first : BATCH;
    if (wb_model_tensor_infos(model, first, count, batch, sizeof *batch) != WB_OK) return 0;
    for (size_t i = 0; i < count; i++) sum += batch[i].bytes + batch[i].name.len + batch[i].rank;
  }
  return sum;
}

int main(int argc, char **argv) {
  wb_model *model;
  double best = 1, total = 0;
  if (argc != 2 || wb_model_open(NULL, argv[1], WB_NUL, NULL, &model, NULL) != WB_OK) return 2;
  for (int run = 0; run < RUNS; run++) {
    const double start = now();
    if (list(model) == 0) return 1;
    const double seconds = now() - start;
    total += seconds;
    if (seconds < best) best = seconds;
  }
  wb_model_release(model);
  printf("%.9f %.9f\n", best, total / RUNS);
  return 0;
}
