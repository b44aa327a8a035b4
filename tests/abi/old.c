/* A program of a user of version 0.1, compiled against the header of that version. It uses most structures. */
#include <stdio.h>
#include <weighbridge.h>

#define CHECK(what) \
  if (!(what)) return fprintf(stderr, "line %d: %s\n", __LINE__, #what), 1

int main(int argc, char **argv) {
  wb_context_options host = {sizeof host, 1};
  wb_open_options open = {sizeof open, 0, WB_VERIFY_REQUIRED};
  wb_plan_options load = {sizeof load, WB_TARGET_HOST};
  wb_plan_info planned = {sizeof planned};
  wb_progress progress = {sizeof progress};
  wb_tensor_info tensor = {sizeof tensor};
  wb_placed_tensor_info placed = {sizeof placed};
  wb_line_info line = {sizeof line};
  wb_context *context;
  wb_model *model;
  wb_plan *plan;
  wb_task *task;
  wb_placement *placement;
  wb_report *report;
  size_t i;

  CHECK(argc == 2);
  CHECK(wb_abi_version() == WB_ABI_VERSION);
  CHECK(wb_version() >= (WB_VERSION_MAJOR << 24 | WB_VERSION_MINOR << 12 | WB_VERSION_PATCH));

  CHECK(wb_context_create(&host, &context, NULL) == WB_OK);
  CHECK(wb_model_open(context, argv[1], WB_NUL, &open, &model, NULL) == WB_OK);
  CHECK(wb_plan_create(model, &load, &plan, NULL) == WB_OK);
  CHECK(wb_plan_get_info(plan, &planned) == WB_OK);
  CHECK(planned.tensors == wb_model_tensor_count(model));
  CHECK(wb_plan_start(plan, &task, NULL) == WB_OK);
  CHECK(wb_task_step(task, UINT64_MAX, UINT64_MAX, &progress, NULL) == WB_OK);
  CHECK(progress.done_tensors == planned.tensors && progress.done_bytes == progress.total_bytes);
  CHECK(wb_task_finish(task, &placement, NULL) == WB_OK);

  for (i = 0; i < wb_placement_tensor_count(placement); i++) {
    CHECK(wb_placement_tensor_info(placement, i, &placed) == WB_OK);
    CHECK(wb_model_tensor_info(model, placed.tensor, &tensor) == WB_OK);
    CHECK(placed.bytes == tensor.bytes && (size_t)placed.data % 64 == 0);
  }
  CHECK(wb_placement_report(placement, &report, NULL) == WB_OK);
  CHECK(wb_report_line_info(report, 0, &line) == WB_OK);
  CHECK(line.outcome == WB_OUTCOME_MATCH && line.anchor == WB_ANCHOR_BESIDE && line.actual.len == line.expected.len);
  printf("%u tensors loaded, all verified\n", (unsigned)i);

  wb_report_release(report);
  wb_placement_release(placement);
  wb_task_release(task);
  wb_plan_release(plan);
  wb_model_release(model);
  wb_context_release(context);
  return 0;
}
