/* placed.h: placed tensors by their names. C11 and C++17; needs weighbridge.h. */
#ifndef WB_TEST_PLACED_H
#define WB_TEST_PLACED_H

/* Looks a tensor up and describes it. */
static inline wb_status find_placed(const wb_placement *placement, const char *name, size_t len, wb_placed_tensor_info *out) {
  size_t index = SIZE_MAX;
  const wb_status status = wb_placement_tensor_find(placement, name, len, &index);
  return status == WB_OK ? wb_placement_tensor_info(placement, index, out) : status;
}

static inline wb_status find_placed_on(const wb_placement *placement, uint32_t device, const char *name, size_t len,
                                       wb_placed_tensor_info *out) {
  size_t index = SIZE_MAX;
  const wb_status status = wb_placement_tensor_find_on(placement, device, name, len, &index);
  return status == WB_OK ? wb_placement_tensor_info(placement, index, out) : status;
}

#endif
