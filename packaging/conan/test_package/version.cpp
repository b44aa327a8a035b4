// The library that is loaded is the one that the header describes.
#include <iostream>
#include <weighbridge.hpp>

int main() {
  std::cout << "weighbridge " << weighbridge::version() << '\n';
  return weighbridge::abi_compatible() ? 0 : 1;
}
