/* weighbridge.h: the C interface of Weighbridge, which opens, verifies and loads models without Python.
 *
 * Generated from capi/src by cbindgen; edit the sources. SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * A first program (cc program.c -lweighbridge):
 *
 *   #include <stdio.h>
 *   #include <weighbridge.h>
 *
 *   static int failed(wb_error *err) {
 *     fprintf(stderr, "%s\n", wb_error_message(err));
 *     wb_error_release(err);
 *     return 1;
 *   }
 *
 *   int main(void) {
 *     wb_error *err = NULL;
 *     wb_model *model;
 *     wb_placement *placement;
 *     size_t index;
 *     int is_found;
 *     wb_placed_tensor_info tensor = {0};
 *     tensor.struct_size = sizeof tensor;
 *     if (wb_model_open(NULL, "path/to/checkpoint", WB_NUL, NULL, &model, &err) != WB_OK) {
 *       return failed(err);
 *     }
 *     if (wb_model_load(model, NULL, &placement, &err) != WB_OK) {
 *       wb_model_release(model);
 *       return failed(err);
 *     }
 *     is_found = wb_placement_tensor_find(placement, "lm_head.weight", WB_NUL, &index) == WB_OK
 *                && wb_placement_tensor_info(placement, index, &tensor) == WB_OK;
 *     if (is_found) {
 *       printf("%llu bytes at %p\n", (unsigned long long)tensor.bytes, tensor.data);
 *     } else {
 *       fprintf(stderr, "the model has no lm_head.weight\n");
 *     }
 *     wb_placement_release(placement);
 *     wb_model_release(model);
 *     return is_found ? 0 : 1;
 *   }
 *
 * Conventions, which apply to every function:
 *
 * - Results. Most functions return a wb_status: WB_OK is 0, WB_PENDING is positive, errors are negative. Functions that
 *   return a count or a pointer return 0 or NULL if an argument is invalid.
 * - Names. _create and _open make an object, _retain and _release add and drop a reference. _count, _find and _info
 *   address the parts of an object: _info fills a structure that describes one part, _infos an array of them, _get_info
 *   a structure that describes the object itself. A function whose name ends in a noun returns what the noun names.
 * - Errors. `wb_error **err` is the last parameter and may be NULL. It is ignored on entry and written only on failure;
 *   the caller owns what is written. Nothing is kept in thread-local or global state.
 * - Ownership. An object that is returned through `**out` is owned by the caller, who must release it; on failure `*out`
 *   is set to NULL. Other results are written only on success. A returned pointer, and every pointer in an info
 *   structure, is borrowed from the object that was passed, and is valid until that object is released.
 * - Threads. A function that takes its object as `const` may run on several threads at once. A function that takes it
 *   without `const` requires that no other thread uses the object, unless its documentation says "Any thread". Functions
 *   named _retain and _release may be called on any thread.
 * - NULL. Functions named _retain and _release accept NULL, and so does every function that takes a context. Otherwise a
 *   NULL pointer that is required is WB_ERR_INVALID_ARGUMENT. NULL with a length of 0 is an empty range or text.
 * - Structures begin with `struct_size`, which the caller sets to the size of the structure. Options that are zeroed
 *   mean the defaults. The library accepts a structure of an older, shorter version as if zeros followed, and a longer
 *   one if the part that it does not know is zero; else it returns WB_ERR_UNSUPPORTED. It fills an info structure as far
 *   as the caller knows it.
 * - Text is UTF-8. The length of a text that the caller passes may be WB_NUL. Text that the library returns as a wb_str is
 *   not NUL-terminated; text that it returns as a `const char *` is.
 * - Flags and enumerations from the caller must be known to the library. The library may return values that are newer
 *   than this header; programs must tolerate them.
 * - Units. Sizes and offsets are in bytes, and offsets count from the start of the file. Shapes and strides are in
 *   elements, outermost dimension first.
 * - Callbacks take their `user_data` first and are called with no lock held. They must not throw. A callback may call
 *   functions that are documented with "Any thread", and functions of objects that the operation does not work with.
 * - Memory. An allocation that fails is WB_ERR_OUT_OF_MEMORY. The library keeps a reserve of 1 MiB, which takes no memory
 *   until it is used, for errors and other small objects. Release an error soon: it may be in the reserve. There is one
 *   exception: if memory runs out while a thread is being started, the C library or the runtime of Rust may end the
 *   process. The library requests the memory of a thread in advance; with max_threads 0 it starts none.
 * - The library does not print, install signal handlers, change the environment or the working directory, or start
 *   threads that the context does not allow. Once loaded it stays in the process: dlclose does not unload it.
 * - Every symbol exists in every build. A function that a build leaves out returns WB_ERR_UNSUPPORTED.
 * - fork: the child may use and release what it has inherited, except tasks. It cannot use devices.
 */
#ifndef WEIGHBRIDGE_H
#define WEIGHBRIDGE_H

#include <stddef.h>
#include <stdint.h>

/* How functions are declared. */
#ifndef WB_API
#if defined(__GNUC__)
#define WB_API __attribute__((visibility("default")))
#else
#define WB_API
#endif
#endif

#ifdef __cplusplus
extern "C" {
#endif

#ifdef WB_HOST_MALLOC
/*
 * For a library that was built with the feature "host-malloc", which needs these functions: the program that links it defines them, and
 * all objects come from there that the allocator of a context is not for. Any thread, several at once. They must not throw, and must not
 * call the library. Since 0.1.
 */

/* Allocates `bytes` bytes, which is not 0, at a multiple of `alignment`, which is a power of 2. NULL: there is no memory. */
void *wb_host_malloc(size_t bytes, size_t alignment);

/* Frees what wb_host_malloc() returned for this alignment. */
void wb_host_free(void *block, size_t alignment);
#endif

/* As the length of a text that the caller passes: the text ends at the first NUL. Since 0.1. */
#define WB_NUL SIZE_MAX

/* As an index in a model: none. Since 0.1. */
#define WB_NO_INDEX SIZE_MAX
