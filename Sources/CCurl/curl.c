#include "CCurl.h"
#include "CLateLibrary.h"
#include <stdarg.h>

#define LATE_LIBRARY "libcurl-gnutls.so.4"

LATE(CURLcode, curl_global_init, (long flags), flags)
LATE(curl_version_info_data *, curl_version_info, (CURLversion version), version)
LATE(void, curl_free, (void *memory), memory)

LATE(CURL *, curl_easy_init, (void))
LATE(CURLcode, curl_easy_perform, (CURL *easy), easy)
LATE(void, curl_easy_cleanup, (CURL *easy), easy)
LATE(CURLcode, curl_easy_send, (CURL *easy, const void *bytes, size_t size, size_t *sent), easy, bytes, size, sent)
LATE(CURLcode, curl_easy_recv, (CURL *easy, void *room, size_t size, size_t *received), easy, room, size, received)
LATE(char *, curl_easy_escape, (CURL *easy, const char *text, int length), easy, text, length)
LATE(const char *, curl_easy_strerror, (CURLcode code), code)

LATE(CURLM *, curl_multi_init, (void))
LATE(CURLMcode, curl_multi_add_handle, (CURLM *multi, CURL *easy), multi, easy)
LATE(CURLMcode, curl_multi_remove_handle, (CURLM *multi, CURL *easy), multi, easy)
LATE(CURLMcode, curl_multi_perform, (CURLM *multi, int *running), multi, running)
LATE(CURLMcode, curl_multi_poll, (CURLM *multi, struct curl_waitfd *more, unsigned count, int timeout, int *ready),
     multi, more, count, timeout, ready)
LATE(CURLMsg *, curl_multi_info_read, (CURLM *multi, int *left), multi, left)
LATE(CURLMcode, curl_multi_cleanup, (CURLM *multi), multi)
LATE(const char *, curl_multi_strerror, (CURLMcode code), code)

LATE(CURLSH *, curl_share_init, (void))
LATE(CURLSHcode, curl_share_cleanup, (CURLSH *share), share)
LATE(const char *, curl_share_strerror, (CURLSHcode code), code)

LATE(struct curl_slist *, curl_slist_append, (struct curl_slist *list, const char *text), list, text)
LATE(void, curl_slist_free_all, (struct curl_slist *list), list)

LATE(CURLU *, curl_url, (void))
LATE(void, curl_url_cleanup, (CURLU *url), url)
LATE(CURLUcode, curl_url_get, (CURLU *url, CURLUPart what, char **part, unsigned flags), url, what, part, flags)
LATE(CURLUcode, curl_url_set, (CURLU *url, CURLUPart what, const char *part, unsigned flags), url, what, part, flags)
LATE(const char *, curl_url_strerror, (CURLUcode code), code)

/*
 * The variadic functions take one argument each. It is an integer or a pointer, which are passed alike, so that one type
 * passes on all.
 */
#define LATE_OPTION(result, name, handle, option)                                  \
    result name(handle *object, option which, ...)                                 \
    {                                                                              \
        static result (*_Atomic function)(handle *, option, ...);                  \
        if (function == NULL) function = late_symbol(LATE_LIBRARY, #name);         \
        va_list list;                                                              \
        va_start(list, which);                                                     \
        void *value = va_arg(list, void *);                                        \
        va_end(list);                                                              \
        return function(object, which, value);                                     \
    }

LATE_OPTION(CURLcode, curl_easy_setopt, CURL, CURLoption)
LATE_OPTION(CURLcode, curl_easy_getinfo, CURL, CURLINFO)
LATE_OPTION(CURLMcode, curl_multi_setopt, CURLM, CURLMoption)
LATE_OPTION(CURLSHcode, curl_share_setopt, CURLSH, CURLSHoption)
