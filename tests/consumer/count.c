/* How many tensors are in a model? */
#include <stdio.h>
#include <weighbridge.h>

int main(int argc, char **argv) {
  wb_model *model;
  wb_error *err;

  if (argc != 2) return 2;
  if (wb_model_open(NULL, argv[1], WB_NUL, NULL, &model, &err) != WB_OK) {
    fprintf(stderr, "%s\n", wb_error_message(err));
    wb_error_release(err);
    return 1;
  }
  printf("%zu tensors\n", wb_model_tensor_count(model));
  wb_model_release(model);
  return 0;
}
