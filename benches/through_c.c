/* One file, the way a C++ server takes it: open, verify with BLAKE3, load. Prints one JSON line.
 *
 *   through_c MODEL MANIFEST RUNS */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <weighbridge.h>

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* Takes the place of the error, and not the error: arguments are evaluated in any order. */
static void check(wb_status status, wb_error **err) {
  wb_str message;
  if (status == WB_OK) return;
  wb_error_message(*err, &message);
  fprintf(stderr, "%.*s\n", (int)message.len, message.ptr);
  exit(1);
}

static int ascending(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

int main(int argc, char **argv) {
  static char manifest[64 << 20];
  double seconds[100];
  uint64_t bytes = 0;
  const int runs = argc > 3 ? atoi(argv[3]) : 0;
  if (runs < 1 || runs > 99) return 2;
  FILE *file = fopen(argv[2], "rb");
  if (file == NULL) return 2;
  const size_t manifest_len = fread(manifest, 1, sizeof manifest, file);
  fclose(file);

  wb_error *err = NULL;
  wb_context *context = NULL;
  wb_context_options threads = {sizeof threads, WB_THREADS_ALL, 0, NULL, NULL};
  check(wb_context_create(&threads, &context, &err), &err);
  wb_open_options open = {0};
  open.struct_size = sizeof open;
  open.verify = WB_VERIFY_REQUIRED;
  open.manifest = manifest;
  open.manifest_len = manifest_len;
  wb_plan_options load = {0};
  load.struct_size = sizeof load;
  load.target = WB_TARGET_HOST;

  for (int run = 0; run <= runs; run++) {
    wb_model *model = NULL;
    wb_placement *placement = NULL;
    const double start = now();
    check(wb_model_open(context, argv[1], WB_NUL, &open, &model, &err), &err);
    check(wb_model_load(model, &load, &placement, &err), &err);
    seconds[run] = now() - start;
    wb_model_file(model, 0, NULL, &bytes);
    wb_placement_release(placement);
    wb_model_release(model);
  }
  wb_context_release(context);
  qsort(seconds + 1, (size_t)runs, sizeof *seconds, ascending); /* the first run warmed up */
  printf("{\"what\": \"through C\", \"seconds\": %.6f, \"median\": %.6f, \"runs\": %d, \"bytes\": %llu, \"peak_rss\": 0}\n",
         seconds[1], seconds[1 + runs / 2], runs, (unsigned long long)bytes);
  return 0;
}
