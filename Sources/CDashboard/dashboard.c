#include "dashboard.h"

#define HTML "text/html; charset=utf-8"
#define CSS "text/css; charset=utf-8"
#define JS "text/javascript; charset=utf-8"
#define SVG "image/svg+xml"

#define FILE(name, media_type) {name, media_type, (const char[]){
#define END , 0}},

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wc23-extensions"
/// To add a file: its name, its media type, its text.
static const struct dashboard_file files[] = {
    FILE("index.html", HTML)
#embed "www/index.html"
    END
};
#pragma clang diagnostic pop

const struct dashboard_file *dashboard_files(void) { return files; }

size_t dashboard_file_count(void) { return sizeof files / sizeof *files; }
