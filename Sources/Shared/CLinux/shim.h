#pragma once

// The C library declares this only with _GNU_SOURCE, which Swift's Glibc module is built without.
// Source: syncfs(2).
extern int syncfs(int descriptor);
