/* A message as wdfilterd posts it, for programs that post the same with libcurl.
 *
 * The file has one request of wdfilterd, head and body, in which '#' stands for the digits of the message's number. Each
 * message gets its own number in their place, in the headers and in the body, as each of wdfilterd's has. */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MESSAGE_PLACES 16

struct message {
    struct curl_slist *headers;
    char *body;
    size_t length;
    char *places[MESSAGE_PLACES];
    size_t place_count;
};

static inline void message_fail(const char *what)
{
    fprintf(stderr, "%s\n", what);
    exit(70);
}

static inline void message_find_places(struct message *message, char *text)
{
    for (char *place = strchr(text, '#'); place != NULL; place = strchr(place, '#')) {
        if (message->place_count == MESSAGE_PLACES) message_fail("too many places for a number");
        message->places[message->place_count++] = place;
        place += strspn(place, "#");
    }
}

static inline char *message_read(const char *path)
{
    FILE *file = fopen(path, "rb");
    char *text = calloc(1, 65536);
    if (file == NULL || text == NULL || fread(text, 1, 65535, file) == 0) message_fail("the message cannot be read");
    fclose(file);
    return text;
}

static inline struct message message_of(const char *path)
{
    struct message message = {0};
    char *text = message_read(path);
    char *end = strstr(text, "\r\n\r\n");
    if (end == NULL) message_fail("the message has no body");
    message.body = end + 4;
    message.length = strlen(message.body);
    end[2] = '\0';
    /* The first line and these two headers are libcurl's own. */
    for (char *line = strstr(text, "\r\n") + 2; *line != '\0';) {
        char *next = strstr(line, "\r\n");
        *next = '\0';
        if (strncasecmp(line, "Host:", 5) != 0 && strncasecmp(line, "Content-Length:", 15) != 0) {
            message.headers = curl_slist_append(message.headers, line);
            if (message.headers == NULL) abort();
        }
        line = next + 2;
    }
    for (struct curl_slist *header = message.headers; header != NULL; header = header->next)
        message_find_places(&message, header->data);
    message_find_places(&message, message.body);
    return message;
}

/* Gives the message a number that has as many digits as there is room for. */
static inline void message_set_number(struct message *message, unsigned long number)
{
    char digits[24];
    for (size_t index = 0; index < message->place_count; index++) {
        char *place = message->places[index];
        size_t width = strspn(place, "#0123456789");
        unsigned long least = 1;
        for (size_t digit = 1; digit < width; digit++) least *= 10;
        snprintf(digits, sizeof digits, "%0*lu", (int) width, least + number % (9 * least));
        memcpy(place, digits, width);
    }
}

static inline size_t message_ignore(char *data, size_t size, size_t count, void *user)
{
    (void) data;
    (void) user;
    return size * count;
}

/* A handle that posts the message, from where it is, to the URL. */
static inline CURL *message_handle(const struct message *message, const char *url)
{
    CURL *handle = curl_easy_init();
    if (handle == NULL) abort();
    curl_easy_setopt(handle, CURLOPT_URL, url);
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, (long) CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, message->headers);
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, message->body);
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE, (long) message->length);
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, message_ignore);
    return handle;
}

static inline void message_check(CURL *handle, CURLcode code)
{
    long status = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    if (code != CURLE_OK) message_fail(curl_easy_strerror(code));
    if (status < 200 || status > 299) message_fail("the receiver did not answer 2xx");
}
