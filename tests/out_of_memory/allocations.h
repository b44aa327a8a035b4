/* allocations.h: malloc and its kind as this program has them, for the whole process: they count, and fail when they are told to.
 * glibc only: it lets a program replace them, and offers its own under other names. */
#ifndef WB_TEST_ALLOCATIONS_H
#define WB_TEST_ALLOCATIONS_H

#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void *__libc_memalign(size_t align, size_t size);
void __libc_free(void *block);

/* Blocks that are held now. */
static atomic_long blocks_held;
/* Requests of at least this many bytes count while the next is not 0. */
static size_t smallest_counted;
/* The request that fails: 1 is the next one. 0: none, and none is counted. */
static atomic_long requests_left;
/* Whether all requests after that fail, too. */
static atomic_int fails_from_there;
/* Whether a request has failed. */
static atomic_int has_failed;

static int is_refused(size_t size) {
  if (size < smallest_counted || atomic_load(&requests_left) == 0) return 0;
  if (atomic_load(&has_failed)) {
    if (!fails_from_there) return 0;
  } else if (atomic_fetch_sub(&requests_left, 1) != 1) {
    return 0;
  } else {
    /* A thread that comes next finds this, or is counted as one before it. */
    atomic_store(&has_failed, 1);
    atomic_store(&requests_left, -1);
  }
  errno = ENOMEM;
  return 1;
}

static void *counted(void *block) {
  if (block != NULL) atomic_fetch_add(&blocks_held, 1);
  return block;
}

void *malloc(size_t size) { return is_refused(size) ? NULL : counted(__libc_malloc(size)); }

void *calloc(size_t count, size_t size) {
  return is_refused(count * size) ? NULL : counted(__libc_calloc(count, size));
}

void *realloc(void *block, size_t size) {
  if (block == NULL) return malloc(size);
  return is_refused(size) ? NULL : __libc_realloc(block, size);
}

void *memalign(size_t align, size_t size) { return is_refused(size) ? NULL : counted(__libc_memalign(align, size)); }

void *aligned_alloc(size_t align, size_t size) { return memalign(align, size); }

int posix_memalign(void **out, size_t align, size_t size) {
  void *block = memalign(align, size);
  if (block == NULL) return ENOMEM;
  *out = block;
  return 0;
}

void free(void *block) {
  if (block != NULL) atomic_fetch_sub(&blocks_held, 1);
  __libc_free(block);
}

/* Makes a request fail, counted from now, or that and all after it. 0: none. */
static void fail_request(long number, int and_all_after) {
  atomic_store(&has_failed, 0);
  atomic_store(&fails_from_there, and_all_after);
  atomic_store(&requests_left, number);
}

#endif
