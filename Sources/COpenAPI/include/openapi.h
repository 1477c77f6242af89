#pragma once
#include <stddef.h>

/// The bytes of openapi.yaml, as it was when this was built.
const unsigned char *openapi_yaml(void);
size_t openapi_yaml_size(void);
