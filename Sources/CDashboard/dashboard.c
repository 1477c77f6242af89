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
    FILE("api.js", JS)
#embed "www/api.js"
    END
    FILE("app.css", CSS)
#embed "www/app.css"
    END
    FILE("app.js", JS)
#embed "www/app.js"
    END
    FILE("bytes.js", JS)
#embed "www/bytes.js"
    END
    FILE("detail.js", JS)
#embed "www/detail.js"
    END
    FILE("dialog.js", JS)
#embed "www/dialog.js"
    END
    FILE("dom.js", JS)
#embed "www/dom.js"
    END
    FILE("draw.js", JS)
#embed "www/draw.js"
    END
    FILE("engine.js", JS)
#embed "www/engine.js"
    END
    FILE("fields.js", JS)
#embed "www/fields.js"
    END
    FILE("filter.js", JS)
#embed "www/filter.js"
    END
    FILE("fire.js", JS)
#embed "www/fire.js"
    END
    FILE("first.js", JS)
#embed "www/first.js"
    END
    FILE("header.js", JS)
#embed "www/header.js"
    END
    FILE("history.js", JS)
#embed "www/history.js"
    END
    FILE("hosts.js", JS)
#embed "www/hosts.js"
    END
    FILE("icon.svg", SVG)
#embed "www/icon.svg"
    END
    FILE("index.html", HTML)
#embed "www/index.html"
    END
    FILE("journal.js", JS)
#embed "www/journal.js"
    END
    FILE("keys.js", JS)
#embed "www/keys.js"
    END
    FILE("lessons.js", JS)
#embed "www/lessons.js"
    END
    FILE("link.js", JS)
#embed "www/link.js"
    END
    FILE("list.js", JS)
#embed "www/list.js"
    END
    FILE("menu.js", JS)
#embed "www/menu.js"
    END
    FILE("parts.js", JS)
#embed "www/parts.js"
    END
    FILE("path.js", JS)
#embed "www/path.js"
    END
    FILE("plot.js", JS)
#embed "www/plot.js"
    END
    FILE("process.js", JS)
#embed "www/process.js"
    END
    FILE("processes.js", JS)
#embed "www/processes.js"
    END
    FILE("queue.css", CSS)
#embed "www/queue.css"
    END
    FILE("sign.js", JS)
#embed "www/sign.js"
    END
    FILE("state.js", JS)
#embed "www/state.js"
    END
    FILE("store.js", JS)
#embed "www/store.js"
    END
    FILE("theme.js", JS)
#embed "www/theme.js"
    END
    FILE("tour.js", JS)
#embed "www/tour.js"
    END
    FILE("tree.js", JS)
#embed "www/tree.js"
    END
    FILE("vocabulary.js", JS)
#embed "www/vocabulary.js"
    END
    FILE("why.js", JS)
#embed "www/why.js"
    END
    FILE("window.js", JS)
#embed "www/window.js"
    END
    FILE("words.js", JS)
#embed "www/words.js"
    END
    FILE("worker.js", JS)
#embed "www/worker.js"
    END
};
#pragma clang diagnostic pop

const struct dashboard_file *dashboard_files(void) { return files; }

size_t dashboard_file_count(void) { return sizeof files / sizeof *files; }
