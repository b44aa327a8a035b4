/* weighbridge.h: open, verify and load model weights, and walk and check graphs, from C, C++ and everything that can
 * call C.
 *
 * Generated from capi/src by cbindgen; edit the sources. SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * A first program (cc program.c -lweighbridge):
 *
 *   wb_error *err;
 *   wb_model *model;
 *   wb_placement *placement;
 *   wb_plan_options load = {0};
 *   wb_placed_tensor tensor = {0};
 *   load.struct_size = sizeof load;
 *   load.target = WB_TARGET_HOST;
 *   tensor.struct_size = sizeof tensor;
 *   if (wb_model_open(NULL, "path/to/checkpoint", WB_NUL, NULL, &model, &err) != WB_OK) {
 *     wb_str message;
 *     wb_error_message(err, &message);
 *     printf("%.*s\n", (int)message.len, message.ptr);
 *     wb_error_release(err);
 *     return 1;
 *   }
 *   if (wb_model_load(model, &load, &placement, NULL) == WB_OK) {
 *     wb_placement_find(placement, "lm_head.weight", WB_NUL, &tensor);
 *     use((const void *)(uintptr_t)tensor.address, tensor.bytes);
 *     wb_placement_release(placement);
 *   }
 *   wb_model_release(model);
 *
 * Conventions, which hold for every function:
 *
 * - Results. Most functions return a wb_status: 0 done, positive not yet, negative an error. Those that return a count
 *   or a pointer return 0 or NULL on a wrong argument.
 * - Errors. `wb_error **err` is last and optional. It is ignored on entry and written only on failure; the caller
 *   releases what is written. Nothing is kept in thread-local or global state.
 * - Ownership. What comes through a `**out` belongs to the caller, who releases it; on failure it is set to NULL. Other
 *   results are written only on success. A returned pointer, and every pointer in an info structure, is borrowed from
 *   the object that was asked.
 * - Threads. A function that takes its object `const` may run on many threads at once. One that takes it without
 *   `const` needs it for itself, unless it says "any thread". Functions named _retain and _release accept any thread.
 * - NULL. Functions named _release and _retain accept it. A NULL context is one that lends nothing. Everywhere else
 *   NULL for a required pointer is WB_ERR_INVALID_ARGUMENT; NULL with a length of 0 is the empty range.
 * - Structures begin with `struct_size`: set it to their size. Zeroed options mean the defaults. An older, shorter
 *   structure is taken as if zeros followed; a longer one is taken if its unknown tail is zero, and refused with
 *   WB_ERR_UNSUPPORTED otherwise. Info structures are filled as far as the caller knows them, and zeroed beyond.
 * - Text is UTF-8. Lengths of input text may be WB_NUL. Output text is borrowed and not NUL-terminated.
 * - Flags and enumerations from the caller are refused if unknown. The library may return values that are newer than
 *   this header; tolerate them.
 * - Units. Sizes and offsets are in bytes, offsets from the start of the file. Shapes and strides are in elements,
 *   outermost first.
 * - Callbacks get their `user_data` first, are called with no lock held, and must not throw. From inside one, only
 *   functions that say "any thread" and accessors of other objects may be called.
 * - The library never prints, never exits because of a file, installs no signal handler, and starts no thread that the
 *   context does not allow. Do not unload it: as installed, it stays in memory.
 * - Every symbol exists in every build. What a build leaves out answers WB_ERR_UNSUPPORTED.
 * - After fork(), the child may use and release what it has inherited, except tasks and placements on devices.
 */
#ifndef WEIGHBRIDGE_H
#define WEIGHBRIDGE_H

#include <stddef.h>
#include <stdint.h>

/* How the functions are declared. Define WB_SHARED on Windows when linking to the DLL. */
#ifndef WB_API
#if defined(_WIN32) && defined(WB_SHARED)
#define WB_API __declspec(dllimport)
#elif defined(__GNUC__)
#define WB_API __attribute__((visibility("default")))
#else
#define WB_API
#endif
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* As the length of an input text: it ends at the first NUL. Since 0.1. */
#define WB_NUL ((size_t)-1)

/* As the index of a graph, node, function or tensor: there is none. Since 0.1. */
#define WB_NO_INDEX ((size_t)-1)
