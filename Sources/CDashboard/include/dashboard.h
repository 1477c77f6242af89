#pragma once
#include <stddef.h>

/// A file of the page, as it was when this was built.
struct dashboard_file {
    const char *name;
    const char *media_type;
    /// Its text, which ends with a NUL.
    const char *text;
};

/// All files of the page.
const struct dashboard_file *dashboard_files(void);
size_t dashboard_file_count(void);
