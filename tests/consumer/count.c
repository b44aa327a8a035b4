/* How many tensors are in a model? */
#include <stdio.h>
#include <weighbridge.h>

int main(int argc, char **argv) {
  wb_model *model;
  wb_error *error;

  if (argc != 2) return 2;
  if (wb_model_open(NULL, argv[1], WB_NUL, NULL, &model, &error) != WB_OK) {
    wb_str message;
    wb_error_message(error, &message);
    fprintf(stderr, "%.*s\n", (int)message.len, message.ptr);
    wb_error_release(error);
    return 1;
  }
  printf("%zu tensors\n", wb_model_tensor_count(model));
  wb_model_release(model);
  return 0;
}
