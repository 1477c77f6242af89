#pragma once
#include <zlib.h>

/* What the macro inflateInit2 does, which Swift does not see: windowBits 31 stands for gzip. */
int inflate_begin_gzip(z_streamp stream);
