/* refit.c: another version of a model in the pointers of the one that is loaded.
 *
 *   refit GOLDEN SCRATCH */
#include <weighbridge.h>

#include "weights.h"

static const float OLD_A[4] = {1, 2, 3, 4}, NEW_A[4] = {5, 6, 7, 8}, SAME[2] = {9, 10};

/* A version of a model in a folder of its own. */
static wb_model *version(const char *scratch, const char *name, const float *a) {
  char folder[PATH_SIZE], path[PATH_SIZE];
  const weight weights[] = {{"a", "F32", "[4]", a, sizeof OLD_A}, {"same", "F32", "[2]", SAME, sizeof SAME}};
  fresh_dir(folder, scratch, name, NULL);
  write_weights(join(path, folder, "model.safetensors"), weights, 2);
  return open_weights(folder);
}

static wb_status start_refit(const wb_model *model, const wb_placement *current, const wb_plan_options *options,
                             wb_placement **next, uint64_t *tensors) {
  wb_plan *plan = NULL;
  wb_task *task = NULL;
  wb_plan_info info;
  wb_status status = wb_plan_create_refit(model, current, options, &plan, NULL);
  SIZED(info);
  if (status != WB_OK) return status;
  CHECK_STATUS(wb_plan_get_info(plan, &info), WB_OK);
  *tensors = info.tensors;
  CHECK_STATUS(wb_plan_start(plan, &task, NULL), WB_OK);
  status = wb_task_wait(task, NULL, NULL, NULL);
  if (status == WB_OK) CHECK_STATUS(wb_task_finish(task, next, NULL), WB_OK);
  wb_task_release(task);
  wb_plan_release(plan);
  return status;
}

static void the_pointers_stay(const char *scratch) {
  wb_model *old = version(scratch, "old", OLD_A), *new_one = version(scratch, "new", NEW_A);
  wb_placement *current = load(old, NULL), *next = NULL;
  const wb_placed_tensor_info a = placed_of(current, "a"), same = placed_of(current, "same");
  uint64_t tensors = 0;
  CHECK_STATUS(start_refit(new_one, current, NULL, &next, &tensors), WB_OK);
  CHECK(tensors == 2); /* without digests both may differ */
  CHECK(memcmp(a.data, OLD_A, sizeof OLD_A) == 0);
  CHECK_STATUS(wb_placement_refit(current, next, NULL), WB_OK);
  wb_placement_release(next);
  CHECK(placed_of(current, "a").data == a.data && placed_of(current, "same").data == same.data);
  CHECK(memcmp(a.data, NEW_A, sizeof NEW_A) == 0 && memcmp(same.data, SAME, sizeof SAME) == 0);
  wb_placement_release(current);
  wb_model_release(old);
  wb_model_release(new_one);
}

/* Into memory of the host program. */
static void destinations_are_filled_again(const char *scratch) {
  wb_model *old = version(scratch, "old", OLD_A), *new_one = version(scratch, "new", NEW_A);
  float memory[4] = {0, 0, 0, 0};
  wb_destination own = destination_of("a", (uint64_t)(uintptr_t)memory, sizeof memory, WB_DEVICE_HOST);
  wb_plan_options options = options_for(WB_TARGET_HOST);
  wb_placement *current, *next = NULL;
  uint64_t tensors = 0;
  options.destinations = &own;
  options.destination_count = 1;
  current = load(old, &options);
  CHECK(memcmp(memory, OLD_A, sizeof memory) == 0);
  CHECK_STATUS(start_refit(new_one, current, &options, &next, &tensors), WB_ERR_INVALID_ARGUMENT);
  CHECK_STATUS(start_refit(new_one, current, NULL, &next, &tensors), WB_OK);
  CHECK_STATUS(wb_placement_refit(current, next, NULL), WB_OK);
  CHECK(memcmp(memory, NEW_A, sizeof memory) == 0);
  wb_placement_release(next);
  wb_placement_release(current);
  wb_model_release(old);
  wb_model_release(new_one);
}

static void wrong_calls_are_refused(const char *golden, const char *scratch) {
  wb_model *old = version(scratch, "old", OLD_A), *other;
  wb_placement *current = load(old, NULL), *view, *next = NULL;
  wb_plan_options options = options_for(WB_TARGET_VIEW);
  wb_plan *plan = NULL;
  wb_error *err = NULL;
  char path[PATH_SIZE];
  other = open_weights(join(path, golden, "dtypes.safetensors"));
  CHECK_STATUS(wb_plan_create_refit(other, current, NULL, &plan, &err), WB_ERR_INVALID_ARGUMENT);
  CHECK(err != NULL && strstr(wb_error_message(err), "expected the same") != NULL);
  wb_error_release(err);
  view = load(old, &options);
  CHECK_STATUS(wb_plan_create_refit(old, view, &options, &plan, NULL), WB_ERR_INVALID_ARGUMENT);
  CHECK_STATUS(wb_plan_create_refit(old, current, &options, &plan, NULL), WB_ERR_INVALID_ARGUMENT);
  CHECK_STATUS(wb_placement_refit(view, current, NULL), WB_ERR_INVALID_ARGUMENT);
  next = load(other, NULL);
  CHECK_STATUS(wb_placement_refit(current, next, NULL), WB_ERR_INVALID_ARGUMENT);
  CHECK_STATUS(wb_plan_create_refit(NULL, current, NULL, &plan, NULL), WB_ERR_INVALID_ARGUMENT);
  CHECK_STATUS(wb_plan_create_refit(old, NULL, NULL, &plan, NULL), WB_ERR_INVALID_ARGUMENT);
  CHECK_STATUS(wb_plan_create_refit(old, current, NULL, NULL, NULL), WB_ERR_INVALID_ARGUMENT);
  CHECK_STATUS(wb_placement_refit(NULL, next, NULL), WB_ERR_INVALID_ARGUMENT);
  CHECK_STATUS(wb_placement_refit(current, NULL, NULL), WB_ERR_INVALID_ARGUMENT);
  CHECK(plan == NULL);
  wb_placement_release(next);
  wb_placement_release(view);
  wb_placement_release(current);
  wb_model_release(old);
  wb_model_release(other);
}

int main(int argc, char **argv) {
  REQUIRE(argc == 3);
  the_pointers_stay(argv[2]);
  destinations_are_filled_again(argv[2]);
  wrong_calls_are_refused(argv[1], argv[2]);
  return check_result();
}
