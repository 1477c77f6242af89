#pragma once
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

/* Libraries that most runs do not need, and that bring many others (decision 38). They are not linked: the first call of one of
   their functions loads them. LATE defines such a function, which passes on its arguments; LATE_LIBRARY is the soname. */
#define LATE(result, name, parameters, ...)                                        \
    result name parameters                                                         \
    {                                                                              \
        static result (*_Atomic function) parameters;                              \
        if (function == NULL) function = late_symbol(LATE_LIBRARY, #name);         \
        return function(__VA_ARGS__);                                              \
    }

/* The address of a function. If it is not there, this ends the process as the dynamic linker would have ended it at its start. */
static inline void *late_symbol(const char *library, const char *name)
{
    void *handle = dlopen(library, RTLD_NOW);
    void *symbol = handle == NULL ? NULL : dlsym(handle, name);
    if (symbol == NULL) {
        fprintf(stderr, "wdfilterd: error while loading shared libraries: %s\n", dlerror());
        exit(127);
    }
    return symbol;
}
