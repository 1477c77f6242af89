#include "CArchive.h"
#include "CLateLibrary.h"

#define LATE_LIBRARY "libarchive.so.13"

typedef struct archive archive;
typedef struct archive_entry entry;

LATE(const char *, archive_version_string, (void))

LATE(archive *, archive_read_new, (void))
LATE(int, archive_read_support_filter_gzip, (archive *a), a)
LATE(int, archive_read_support_filter_bzip2, (archive *a), a)
LATE(int, archive_read_support_filter_xz, (archive *a), a)
LATE(int, archive_read_support_filter_zstd, (archive *a), a)
LATE(int, archive_read_support_filter_lz4, (archive *a), a)
LATE(int, archive_read_support_format_zip, (archive *a), a)
LATE(int, archive_read_support_format_tar, (archive *a), a)
LATE(int, archive_read_support_format_7zip, (archive *a), a)
LATE(int, archive_read_support_format_raw, (archive *a), a)
LATE(int, archive_read_support_format_empty, (archive *a), a)
LATE(int, archive_read_set_format_option,
     (struct archive *archive, const char *module, const char *option, const char *value), archive, module, option, value)
LATE(int, archive_read_open_fd, (archive *a, int file, size_t block), a, file, block)
LATE(int, archive_read_next_header, (archive *a, entry **next), a, next)
LATE(int, archive_read_data_block, (archive *a, const void **bytes, size_t *size, la_int64_t *at), a, bytes, size, at)
LATE(int, archive_read_free, (archive *a), a)

LATE(int, archive_format, (archive *a), a)
LATE(int, archive_filter_code, (archive *a, int number), a, number)
LATE(la_int64_t, archive_filter_bytes, (archive *a, int number), a, number)
LATE(const char *, archive_error_string, (archive *a), a)

LATE(mode_t, archive_entry_filetype, (entry *e), e)
LATE(const char *, archive_entry_pathname, (entry *e), e)
LATE(const char *, archive_entry_pathname_utf8, (entry *e), e)
LATE(int, archive_entry_is_encrypted, (entry *e), e)
