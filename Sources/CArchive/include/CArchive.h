#pragma once
#include <archive.h>
#include <archive_entry.h>
#include <stddef.h>

/* Of the C library, but GNU extensions, which Swift's Glibc module leaves out. */
void *memrchr(const void *bytes, int byte, size_t count);
int pipe2(int ends[2], int flags);
