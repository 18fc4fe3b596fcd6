#pragma once

#include <sys/types.h>

// The C library declares these only with _GNU_SOURCE, which Swift's Glibc module is built without.
// Source: syncfs(2), fallocate(2).
extern int syncfs(int descriptor);
extern int fallocate(int descriptor, int mode, off_t offset, off_t length);
