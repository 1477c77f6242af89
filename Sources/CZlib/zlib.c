#include "CZlib.h"
#include "CLateLibrary.h"

#define LATE_LIBRARY "libz.so.1"

LATE(int, inflateInit2_, (z_streamp stream, int window, const char *version, int size), stream, window, version, size)
LATE(int, inflate, (z_streamp stream, int flush), stream, flush)
LATE(int, inflateReset, (z_streamp stream), stream)
LATE(int, inflateEnd, (z_streamp stream), stream)
LATE(uLong, crc32, (uLong sum, const Bytef *bytes, uInt count), sum, bytes, count)

int inflate_begin_gzip(z_streamp stream) { return inflateInit2(stream, 31); }
