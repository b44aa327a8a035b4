/* files.h: the few things that the test programs do with files. POSIX; C11 and C++17. */
#ifndef WB_TEST_FILES_H
#define WB_TEST_FILES_H

#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_SIZE 4096

typedef struct bytes {
  unsigned char *data; /* followed by a NUL that `len` does not count */
  size_t len;
} bytes;

static inline void files_die(const char *what, const char *path) {
  fprintf(stderr, "cannot %s %s: %s\n", what, path, strerror(errno));
  exit(1);
}

/* dir/name in `out`, which holds PATH_SIZE. */
static inline const char *join(char *out, const char *dir, const char *name) {
  const int n = snprintf(out, PATH_SIZE, "%s/%s", dir, name);
  if (n < 0 || n >= PATH_SIZE) files_die("name", name);
  return out;
}

static inline bytes read_file(const char *path) {
  struct stat info;
  bytes b;
  FILE *f = fopen(path, "rb");
  if (f == NULL || stat(path, &info) != 0) files_die("open", path);
  b.len = (size_t)info.st_size;
  b.data = (unsigned char *)malloc(b.len + 1);
  if (b.data == NULL || fread(b.data, 1, b.len, f) != b.len) files_die("read", path);
  b.data[b.len] = 0;
  fclose(f);
  return b;
}

static inline void write_file(const char *path, const void *data, size_t len) {
  FILE *f = fopen(path, "wb");
  if (f == NULL || fwrite(data, 1, len, f) != len || fclose(f) != 0) files_die("write", path);
}

static inline void copy_file(const char *from, const char *to) {
  bytes b = read_file(from);
  write_file(to, b.data, b.len);
  free(b.data);
}

/* A new folder `name` in `parent`, empty but for the files of `from` if that is not NULL. */
static inline const char *fresh_dir(char *out, const char *parent, const char *name, const char *from) {
  char path[PATH_SIZE];
  char other[PATH_SIZE];
  struct dirent *entry;
  DIR *d;
  join(out, parent, name);
  if (mkdir(out, 0755) != 0 && errno != EEXIST) files_die("make", out);
  if ((d = opendir(out)) == NULL) files_die("open", out);
  while ((entry = readdir(d)) != NULL)
    if (entry->d_name[0] != '.') unlink(join(path, out, entry->d_name));
  closedir(d);
  if (from == NULL) return out;
  if ((d = opendir(from)) == NULL) files_die("open", from);
  while ((entry = readdir(d)) != NULL)
    if (entry->d_name[0] != '.') copy_file(join(path, from, entry->d_name), join(other, out, entry->d_name));
  closedir(d);
  return out;
}

/* Inverts every bit of one byte. */
static inline void damage_file(const char *path, uint64_t offset) {
  bytes b = read_file(path);
  if (offset >= b.len) files_die("damage", path);
  b.data[offset] = (unsigned char)~b.data[offset];
  write_file(path, b.data, b.len);
  free(b.data);
}

/* The last component of a path, which need not end in NUL, in `out`. */
static inline const char *base_name(char *out, const char *path, size_t len) {
  size_t start = len;
  while (start > 0 && path[start - 1] != '/') start--;
  if (len - start >= PATH_SIZE) files_die("name", "a file");
  memcpy(out, path + start, len - start);
  out[len - start] = 0;
  return out;
}

#endif
