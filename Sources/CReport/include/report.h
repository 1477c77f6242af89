#pragma once
#include <stddef.h>

/// The bytes of report.css, as it was when this was built.
const unsigned char *report_css(void);
size_t report_css_size(void);

/// The bytes of report.js.
const unsigned char *report_js(void);
size_t report_js_size(void);
