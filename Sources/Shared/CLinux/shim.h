#pragma once

#include <malloc.h>

// The C library declares these only with _GNU_SOURCE, which Swift's Glibc module is built without.
// Source: syncfs(2), rename(2).
extern int syncfs(int descriptor);
extern int renameat2(
    int old_directory, const char *old_name, int new_directory, const char *new_name,
    unsigned int flags);
