/* devices.c: CUDA devices, what plans may say of them, and what there is without one. With a driver it also uploads.
 *
 *   devices GOLDEN SCRATCH */
#include <weighbridge.h>

#include "weights.h"

#define JUNK ((void *)&junk) /* not NULL, and not what anyone made */
static int junk;

static wb_model *model; /* of three tensors: 96, 4 and 40 bytes */
static wb_placement *host;

static void make_objects(const char *scratch) {
  const wb_plan_options options = options_for(WB_TARGET_HOST);
  static const float grid[4][6], scalar, row[10];
  const weight weights[] = {
      {"grid", "F32", "[4,6]", grid, sizeof grid},
      {"scalar", "F32", "[]", &scalar, sizeof scalar},
      {"row", "F32", "[10]", row, sizeof row},
  };
  char path[PATH_SIZE];
  write_weights(join(path, scratch, "devices.safetensors"), weights, COUNT(weights));
  model = open_weights(path);
  host = load(model, &options);
}

#define INVALID(call) CHECK_STATUS(call, WB_ERR_INVALID_ARGUMENT)
#define REFUSED(options) INVALID(plan_of(model, &(options)))
#define TAKEN(options) CHECK_STATUS(plan_of(model, &(options)), WB_OK)

/* ---- plans: no device is needed ---- */

static void lists_of_devices(void) {
  uint32_t many[65];
  const uint32_t twice[] = {1, 0, 1}, host_too[] = {0, WB_DEVICE_HOST}, far[] = {INT32_MAX, 40};
  wb_cuda_options c;
  wb_plan_options o;
  size_t i;
  for (i = 0; i < COUNT(many); i++) many[i] = (uint32_t)i;
  o = options_with(&c), TAKEN(o);
  o.cuda = NULL, TAKEN(o); /* device 0 */
  o = options_with(&c), c.devices = twice, c.device_count = 3, REFUSED(o);
  o = options_with(&c), c.devices = host_too, c.device_count = 2;
  CHECK_STATUS(plan_of(model, &o), WB_ERR_UNSUPPORTED);
  o = options_with(&c), c.devices = far, c.device_count = 2, TAKEN(o); /* whether they are there is seen at the start */
  o = options_with(&c), c.devices = many, c.device_count = 65, REFUSED(o);
  o = options_with(&c), c.devices = many, c.device_count = 64, TAKEN(o);
}

/* What goes where, and how much of it: tensors are 256 bytes apart. */
static void routes(void) {
  const uint32_t devices[] = {0, 3};
  wb_route route[2];
  wb_cuda_options c;
  wb_plan_options o = options_with(&c);
  wb_plan_info info;
  wb_plan *plan = NULL;
  uint64_t bytes = 77;

  c.devices = devices;
  c.device_count = 2;
  info = plan_info_of(model, &o); /* everything twice */
  CHECK(info.tensors == 6 && info.payload_bytes == 140 && info.target_bytes == 2 * (2 * 256 + 40));
  c.routes = route;
  c.route_count = 2;
  route[0] = route_of("grid", 0);
  route[1] = route_of("*r*", 3); /* grid as well */
  info = plan_info_of(model, &o);
  CHECK(info.tensors == 4);
  CHECK_STATUS(wb_plan_create(model, &o, &plan, NULL), WB_OK);
  CHECK_STATUS(wb_plan_device_bytes(plan, 0, &bytes), WB_OK), CHECK(bytes == 96);
  CHECK_STATUS(wb_plan_device_bytes(plan, 3, &bytes), WB_OK), CHECK(bytes == info.target_bytes - 96);
  CHECK_STATUS(wb_plan_device_bytes(plan, 1, &bytes), WB_OK), CHECK(bytes == 0); /* not of the plan */
  CHECK_STATUS(wb_plan_device_bytes(plan, WB_DEVICE_HOST, &bytes), WB_OK), CHECK(bytes == 0);
  INVALID(wb_plan_device_bytes(plan, 0, NULL));
  INVALID(wb_plan_device_bytes(NULL, 0, &bytes));
  wb_plan_release(plan);

  route[1] = route_of("row", 1), REFUSED(o); /* not of the plan */
  route[1] = route_of("row", WB_DEVICE_HOST), CHECK_STATUS(plan_of(model, &o), WB_ERR_UNSUPPORTED);
  route[1] = route_of("row", 3), route[1].reserved = 1, REFUSED(o);
}

static wb_status give(const char *tensor, uint64_t address, uint64_t bytes, uint32_t device) {
  const wb_destination destination = destination_of(tensor, address, bytes, device);
  wb_plan_options o = options_for(WB_TARGET_CUDA);
  o.destinations = &destination;
  o.destination_count = 1;
  return plan_of(model, &o);
}

static void destinations(void) {
  const uint64_t base = UINT64_C(1) << 40, all = 2 * 256 + 40;
  const wb_str bad_text = {"\xff", 1};
  wb_destination two[2];
  wb_plan_options o = options_for(WB_TARGET_CUDA);

  CHECK_STATUS(give("grid", base, 96, 0), WB_OK);
  CHECK_STATUS(give("grid", base + 4, 1000, 0), WB_OK); /* a single tensor may lie anywhere */
  INVALID(give("grid", base, 95, 0));
  INVALID(give("grid", 0, 96, 0));
  INVALID(give("grid", UINT64_MAX - 10, 96, 0));
  INVALID(give("grid", base, 96, 1));
  CHECK_STATUS(give("grid", base, 96, WB_DEVICE_HOST), WB_ERR_INVALID_ARGUMENT);
  CHECK_STATUS(give("no such tensor", base, 96, 0), WB_ERR_NOT_FOUND);
  CHECK_STATUS(give("gr*", base, 96, 0), WB_ERR_NOT_FOUND); /* a name, not a pattern */
  CHECK_STATUS(give(NULL, base, all, 0), WB_OK);
  INVALID(give(NULL, base, all - 1, 0));
  INVALID(give(NULL, base + 128, all, 0));
  INVALID(give(NULL, 0, all, 0));
  INVALID(give(NULL, UINT64_MAX - 255, all, 0));
  INVALID(give(NULL, base, all, 1));

  o.destinations = two;
  o.destination_count = 2;
  two[0] = destination_of("grid", base, 96, 0);
  two[1] = destination_of(NULL, base + 256, 256 + 40, 0), TAKEN(o); /* an arena for the others */
  two[1] = destination_of("row", base + 96, 40, 0), TAKEN(o);
  two[1] = destination_of("row", base + 95, 40, 0), REFUSED(o); /* they overlap */
  two[1] = destination_of("grid", base + 4096, 96, 0), REFUSED(o);
  two[0] = two[1] = destination_of(NULL, base, all, 0), REFUSED(o);
  two[1].tensor = bad_text, REFUSED(o);
  two[1] = destination_of("row", base + 4096, 40, 0), two[1].reserved = 1, REFUSED(o);
}

/* Memory of devices is not for other targets; what else is said of devices does not count there. */
static void other_targets(void) {
  const uint32_t targets[] = {WB_TARGET_NONE, WB_TARGET_VIEW, WB_TARGET_HOST};
  const wb_destination destination = destination_of("grid", UINT64_C(1) << 40, 96, 0);
  const wb_route route = route_of("no such tensor", 5);
  const uint32_t twice[] = {1, 1};
  size_t i;
  for (i = 0; i < COUNT(targets); i++) {
    wb_cuda_options c;
    wb_plan_options o = options_with(&c);
    o.target = targets[i];
    o.destinations = &destination, o.destination_count = 1;
    REFUSED(o);
    o.destination_count = 0, TAKEN(o);
    c.flags = WB_CUDA_ASYNC, c.stream = JUNK;
    c.routes = &route, c.route_count = 1;
    c.devices = twice, c.device_count = 2, TAKEN(o);
  }
}

/* ---- host memory: what asks for devices finds none ---- */

static void nothing_on_devices(void) {
  const wb_plan_options options = options_for(WB_TARGET_HOST);
  wb_placed_tensor_info placed;
  wb_plan *plan = NULL;
  wb_error *err = NULL;
  uint64_t bytes = 77;

  SIZED(placed);
  CHECK_STATUS(find_placed_on(host, 0, "grid", WB_NUL, &placed), WB_ERR_NOT_FOUND);
  CHECK_STATUS(find_placed_on(host, 7, "grid", 4, &placed), WB_ERR_NOT_FOUND);
  CHECK_STATUS(find_placed_on(host, 0, "no such tensor", WB_NUL, &placed), WB_ERR_NOT_FOUND);
  CHECK(placed.data == NULL && placed.device_address == 0);
  CHECK_STATUS(find_placed_on(host, WB_DEVICE_HOST, "no such tensor", WB_NUL, &placed), WB_ERR_NOT_FOUND);
  CHECK_STATUS(find_placed_on(host, WB_DEVICE_HOST, "grid", WB_NUL, &placed), WB_OK); /* as placed.device says */
  CHECK(placed.device == WB_DEVICE_HOST && placed.bytes == 96 && placed.data == placed_of(host, "grid").data);
  CHECK(placed.device_address == 0);
  INVALID(find_placed_on(NULL, 0, "grid", WB_NUL, &placed));
  INVALID(wb_placement_tensor_find_on(host, 0, "grid", WB_NUL, NULL));
  INVALID(find_placed_on(host, 0, NULL, WB_NUL, &placed));
  INVALID(find_placed_on(host, 0, NULL, 4, &placed));
  INVALID(find_placed_on(host, 0, "\xff", 1, &placed));
  CHECK_STATUS(wb_placement_wait(host, &err), WB_OK);
  CHECK_STATUS(wb_placement_fence(host, NULL, &err), WB_OK);
  CHECK_STATUS(wb_placement_fence(host, JUNK, &err), WB_OK); /* nothing waits, so nobody looks at it */
  CHECK(err == NULL);
  INVALID(wb_placement_fence(NULL, NULL, NULL));
  INVALID(wb_placement_fence(NULL, JUNK, &err));
  CHECK(err != NULL);
  wb_error_release(err);
  err = NULL;
  INVALID(wb_placement_wait(NULL, NULL));
  INVALID(wb_placement_wait(NULL, &err));
  CHECK(err != NULL);
  wb_error_release(err);

  CHECK_STATUS(wb_plan_create(model, &options, &plan, NULL), WB_OK);
  CHECK_STATUS(wb_plan_device_bytes(plan, 0, &bytes), WB_OK);
  CHECK(bytes == 0);
  wb_plan_release(plan);
}

static void costs(void) {
  wb_report *report = NULL;
  wb_cost_info cost;
  SIZED(cost);
  CHECK_STATUS(wb_placement_report(host, &report, NULL), WB_OK);
  CHECK(wb_report_cost_count(NULL) == 0);
  INVALID(wb_report_cost_info(NULL, 0, &cost));
  INVALID(wb_report_cost_info(report, 0, NULL));
  CHECK_REFUSED(wb_report_cost_info(report, wb_report_cost_count(report), &cost));
  CHECK_REFUSED(wb_report_cost_info(report, SIZE_MAX, &cost));
  wb_report_release(report);
}

/* ---- devices ---- */

static void wrong_questions(void) {
  wb_cuda_device_info info;
  wb_error *err = NULL;
  SIZED(info);
  INVALID(wb_cuda_devices_create(NULL, NULL));
  INVALID(wb_cuda_devices_create(NULL, &err));
  CHECK(err != NULL);
  wb_error_release(err);
  CHECK(wb_cuda_devices_count(NULL) == 0);
  INVALID(wb_cuda_devices_info(NULL, 0, &info));
  CHECK(info.struct_size == sizeof info && info.memory_bytes == 0);
  wb_cuda_devices_release(NULL);
}

/* Without a driver, a device or CUDA at all: every way to one says why. */
static void absent(wb_status why) {
  const wb_plan_options options = options_for(WB_TARGET_CUDA);
  wb_placement *placement = (wb_placement *)JUNK;
  wb_cuda_devices *none = (wb_cuda_devices *)JUNK;
  wb_error *err = NULL;

  CHECK_STATUS(wb_cuda_devices_create(&none, &err), why);
  REQUIRE(err != NULL);
  CHECK(none == NULL && wb_error_code(err) == why && wb_error_message(err)[0] != 0);
  wb_error_release(err);
  err = NULL;
  CHECK_STATUS(wb_model_load(model, &options, &placement, &err), why);
  CHECK(placement == NULL && err != NULL);
  wb_error_release(err);
}

static wb_cuda_devices *all;

static wb_status take_device(void *s) { return wb_cuda_devices_info(all, 0, (wb_cuda_device_info *)s); }

static void present(void) {
  const sized_case cases[] = {
      {"wb_cuda_device_info", take_device, sizeof(wb_cuda_device_info), offsetof(wb_cuda_device_info, pci), INFO},
      {"wb_cuda_device_info", take_device, sizeof(wb_cuda_device_info), offsetof(wb_cuda_device_info, compute_minor), INFO},
  };
  wb_cuda_device_info info;
  size_t i;
  for (i = 0; i < COUNT(cases); i++) struct_sizes(&cases[i]);
  for (i = 0; i < wb_cuda_devices_count(all); i++) {
    SIZED(info);
    CHECK_STATUS(wb_cuda_devices_info(all, i, &info), WB_OK);
    CHECK(info.struct_size == sizeof info && info.ordinal == i);
    CHECK(info.name.len > 0 && info.pci.len == strlen("0000:3b:00.0"));
    CHECK(info.memory_bytes > 0 && info.compute_major > 0 && info.driver_version >= 11000);
    CHECK(info.free_bytes == UINT64_MAX || info.free_bytes <= info.memory_bytes);
  }
  INVALID(wb_cuda_devices_info(all, wb_cuda_devices_count(all), &info));
  INVALID(wb_cuda_devices_info(all, 0, NULL));
}

/* Everything to all devices, with parts and casts as on the host; what is in their memory is for others to see. */
static void upload(uint32_t count, uint64_t flags) {
  const wb_cast cast = cast_of("row", 0, WB_BF16);
  const wb_slice slice = slice_of("grid", 1, 1, 2, 0);
  uint32_t devices[64], device;
  wb_cuda_options c;
  wb_plan_options o = options_with(&c);
  wb_placement *placement;
  wb_placed_tensor_info placed, first;
  size_t i;

  for (device = 0; device < count; device++) devices[device] = count - 1 - device; /* the last one comes first */
  c.devices = devices;
  c.device_count = count;
  o.casts = &cast;
  o.slices = &slice;
  o.cast_count = o.slice_count = 1;
  c.flags = flags;
  placement = load(model, &o);
  CHECK(wb_placement_tensor_count(placement) == 3 * (size_t)count);
  SIZED(placed), SIZED(first);
  for (i = 0; i < 3 * (size_t)count; i++) {
    CHECK_STATUS(wb_placement_tensor_info(placement, i, &placed), WB_OK);
    CHECK(placed.tensor == i % 3 && placed.device == devices[i / 3]);
    CHECK(placed.data == NULL && placed.device_address != 0 && placed.device_address % 256 == 0);
  }
  first = placed_of(placement, "row");
  CHECK(first.device == count - 1 && first.dtype == WB_BF16 && first.rank == 1 && first.bytes == 20);
  for (device = 0; device < count; device++) {
    CHECK_STATUS(find_placed_on(placement, device, "grid", WB_NUL, &placed), WB_OK);
    CHECK(placed.device == device && placed.shape[0] == 4 && placed.shape[1] == 3 && placed.bytes == 48);
  }
  CHECK_STATUS(find_placed_on(placement, count, "grid", WB_NUL, &placed), WB_ERR_NOT_FOUND);
  CHECK_STATUS(find_placed_on(placement, 0, "no such tensor", WB_NUL, &placed), WB_ERR_NOT_FOUND);
  CHECK_STATUS(find_placed_on(placement, WB_DEVICE_HOST, "grid", WB_NUL, &placed), WB_ERR_NOT_FOUND);
  /* In this order: nobody here could wait for the default streams, which must be idle before the memory goes. */
  CHECK_STATUS(wb_placement_wait(placement, NULL), WB_OK);
  CHECK_STATUS(wb_placement_fence(placement, NULL, NULL), WB_OK);
  wb_placement_release(placement);
}

/* What only the driver can see is refused at the start of the task. */
static void bad_starts(uint32_t count) {
  const wb_destination ours = destination_of("grid", (uint64_t)(uintptr_t)JUNK, 96, 0); /* host memory */
  wb_cuda_options c;
  wb_plan_options o = options_with(&c);
  wb_placement *placement = (wb_placement *)JUNK;
  c.devices = &count;
  c.device_count = 1;
  CHECK_STATUS(wb_model_load(model, &o, &placement, NULL), WB_ERR_NOT_FOUND);
  CHECK(placement == NULL);
  c.device_count = 0;
  o.destinations = &ours;
  o.destination_count = 1;
  placement = (wb_placement *)JUNK;
  INVALID(wb_model_load(model, &o, &placement, NULL));
  CHECK(placement == NULL);
}

int main(int argc, char **argv) {
  wb_error *err = NULL;
  wb_status status;
  if (argc != 3) {
    fprintf(stderr, "usage: %s GOLDEN SCRATCH\n", argv[0]);
    return 2;
  }
  make_objects(argv[2]);
  lists_of_devices();
  routes();
  destinations();
  other_targets();
  nothing_on_devices();
  costs();
  wrong_questions();

  status = wb_cuda_devices_create(&all, &err);
  CHECK((status == WB_OK) == (err == NULL));
  if (status == WB_OK) {
    const uint32_t count = (uint32_t)wb_cuda_devices_count(all);
    CHECK(wb_has_feature("cuda", WB_NUL) && count > 0);
    present();
    upload(count, 0);
    upload(count, WB_CUDA_ASYNC);
    bad_starts(count);
  } else {
    CHECK_STATUS(status, wb_has_feature("cuda", WB_NUL) ? WB_ERR_NOT_FOUND : WB_ERR_UNSUPPORTED);
    CHECK(all == NULL && wb_cuda_devices_count(all) == 0);
    absent(status);
  }
  wb_error_release(err);
  wb_cuda_devices_release(all);
  wb_placement_release(host);
  wb_model_release(model);
  return check_result();
}
