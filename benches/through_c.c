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

/* Takes a pointer to the error, which is not written yet when the arguments are evaluated. */
static void check(wb_status status, wb_error **err) {
  if (status == WB_OK) return;
  fprintf(stderr, "%s\n", wb_error_message(*err));
  exit(1);
}

static int ascending(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

int main(int argc, char **argv) {
  static char manifest[64 << 20];
  double seconds[100];
  const int runs = argc > 3 ? atoi(argv[3]) : 0;
  if (runs < 1 || runs > 99) return 2;
  FILE *file = fopen(argv[2], "rb");
  if (file == NULL) return 2;
  const size_t manifest_len = fread(manifest, 1, sizeof manifest, file);
  fclose(file);

  wb_error *err = NULL;
  wb_context *context = NULL;
  wb_context_options host = {0};
  host.struct_size = sizeof host;
  host.max_threads = WB_THREADS_ALL;
  check(wb_context_create(&host, &context, &err), &err);
  wb_open_options open = {0};
  open.struct_size = sizeof open;
  open.verify = WB_VERIFY_REQUIRED;
  open.manifest = manifest;
  open.manifest_len = manifest_len;
  wb_file_info info = {0};
  info.struct_size = sizeof info;

  for (int run = 0; run <= runs; run++) {
    wb_model *model = NULL;
    wb_placement *placement = NULL;
    const double start = now();
    check(wb_model_open(context, argv[1], WB_NUL, &open, &model, &err), &err);
    check(wb_model_load(model, NULL, &placement, &err), &err);
    seconds[run] = now() - start;
    check(wb_model_file_info(model, 0, &info), &err);
    wb_placement_release(placement);
    wb_model_release(model);
  }
  wb_context_release(context);
  qsort(seconds + 1, (size_t)runs, sizeof *seconds, ascending); /* the first run warmed up */
  printf("{\"what\": \"through C\", \"seconds\": %.6f, \"median\": %.6f, \"runs\": %d, \"bytes\": %llu, \"peak_rss\": 0}\n",
         seconds[1], seconds[1 + runs / 2], runs, (unsigned long long)info.bytes);
  return 0;
}
