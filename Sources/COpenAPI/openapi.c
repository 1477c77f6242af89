#include "openapi.h"

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wc23-extensions"
static const unsigned char document[] = {
#embed "../../openapi.yaml"
};
#pragma clang diagnostic pop

const unsigned char *openapi_yaml(void) { return document; }

size_t openapi_yaml_size(void) { return sizeof document; }
