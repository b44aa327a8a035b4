// library.hpp: what the library owns, released by itself, and its errors as exceptions.
#pragma once

#include <weighbridge.h>

#include <memory>
#include <stdexcept>
#include <string>

namespace bench {

template <auto Release>
struct releasing {
  template <class Object>
  void operator()(Object* object) const {
    Release(object);
  }
};

using wb_context_owner = std::unique_ptr<wb_context, releasing<wb_context_release>>;
using wb_model_owner = std::unique_ptr<wb_model, releasing<wb_model_release>>;
using wb_plan_owner = std::unique_ptr<wb_plan, releasing<wb_plan_release>>;
using wb_task_owner = std::unique_ptr<wb_task, releasing<wb_task_release>>;
using wb_placement_owner = std::unique_ptr<wb_placement, releasing<wb_placement_release>>;

/// For functions that give no error object.
inline void check(wb_status status, wb_error* error = nullptr) {
  if (status == WB_OK) return;
  const std::string text = error ? wb_error_message(error) : wb_status_name(status);
  wb_error_release(error);
  throw std::runtime_error(text);
}

/// Calls a function whose last argument, which is left out here, is the error.
template <class Function, class... Arguments>
void call(Function function, Arguments... arguments) {
  wb_error* error = nullptr;
  const wb_status status = function(arguments..., &error);
  check(status, error);
}

/// Calls a function that makes an object: its arguments, without the object and the error.
template <class Owner, class Function, class... Arguments>
Owner made(Function function, Arguments... arguments) {
  typename Owner::pointer object = nullptr;
  call(function, arguments..., &object);
  return Owner(object);
}

/// A structure of the library, zeroed and with its size.
template <class Structure>
Structure sized() {
  Structure structure{};
  structure.struct_size = sizeof structure;
  return structure;
}

}  // namespace bench
