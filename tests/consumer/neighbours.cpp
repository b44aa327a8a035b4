// Two Rust archives in one program. Both have to unwind: one catches a panic of its own; weighbridge meets a C++
// exception from a callback, which it has to recognise as not its own. It then aborts, as weighbridge.h says.
#include <cstdio>
#include <weighbridge.h>

extern "C" bool neighbour_catches_a_panic();

static int32_t fail(void *, const wb_progress *) { throw 1; }

int main(int argc, char **argv) {
  wb_model *model;
  wb_plan *plan;
  wb_task *task;
  if (argc != 2 || !neighbour_catches_a_panic()) return 1;
  if (wb_model_open(nullptr, argv[1], WB_NUL, nullptr, &model, nullptr) != WB_OK) return 2;
  if (wb_plan_create(model, nullptr, &plan, nullptr) != WB_OK) return 3;
  if (wb_plan_start(plan, &task, nullptr) != WB_OK) return 4;
  std::printf("%zu tensors\n", wb_model_tensor_count(model));
  std::fflush(stdout);
  return wb_task_wait(task, fail, nullptr, nullptr);
}
