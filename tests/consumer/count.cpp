// How many tensors are in a model?
#include <iostream>
#include <weighbridge.hpp>

int main(int argc, char **argv) {
  if (argc != 2) return 2;
  const auto model = weighbridge::model::open(argv[1]);
  if (!model) {
    std::cerr << model.error().message() << '\n';
    return 1;
  }
  std::cout << model->tensors().size() << " tensors\n";
}
