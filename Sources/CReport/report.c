#include "report.h"

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wc23-extensions"
static const unsigned char style[] = {
#embed "report.css"
};
static const unsigned char script[] = {
#embed "report.js"
};
#pragma clang diagnostic pop

const unsigned char *report_css(void) { return style; }

size_t report_css_size(void) { return sizeof style; }

const unsigned char *report_js(void) { return script; }

size_t report_js_size(void) { return sizeof script; }
