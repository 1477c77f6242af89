/* The yardstick of sync messages: the least that a C program does to answer a POST after one call to the engine.
 *
 * libmicrohttpd with a thread a connection, and one easy handle of libcurl for each, which posts the message of MESSAGE_FILE
 * (message.h) over its own kept connection. Then the POST is answered with 201 as answer.h says.
 *
 *   cc -O2 -Wall -Wextra -o relay relay.c -lmicrohttpd -lcurl
 *   ./relay PORT URL MESSAGE_FILE BODY_BYTES,HEADER_BYTES
 */
#include "answer.h"
#include "message.h"
#include <unistd.h>

struct request {
    struct exchange exchange;
    unsigned long number;
    struct message message;
    CURL *handle;
};

static const char *url;
static const char *message_path;
static struct answer created;

static void connection_changed(void *cls, struct MHD_Connection *connection, void **context,
                               enum MHD_ConnectionNotificationCode code)
{
    (void) cls;
    (void) connection;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        struct request *request = calloc(1, sizeof *request);
        if (request == NULL) abort();
        request->message = message_of(message_path);
        request->handle = message_handle(&request->message, url);
        *context = request;
    } else {
        struct request *request = *context;
        curl_easy_cleanup(request->handle);
        free(request);
    }
}

static enum MHD_Result handle(void *cls, struct MHD_Connection *connection, const char *path, const char *method,
                              const char *version, const char *data, size_t *size, void **context)
{
    (void) cls;
    (void) path;
    (void) method;
    (void) version;
    (void) data;
    struct request *request = (struct request *) exchange_of(connection, context);
    if (request == NULL) return MHD_NO;
    if (!request->exchange.started) {
        request->exchange.started = 1;
        return MHD_YES;
    }
    if (*size > 0) {
        *size = 0;
        return MHD_YES;
    }
    message_set_number(&request->message, request->number++);
    message_check(request->handle, curl_easy_perform(request->handle));
    return answer_queue(&created, MHD_HTTP_CREATED, connection);
}

int main(int argc, char **argv)
{
    if (argc != 5) {
        fprintf(stderr, "usage: relay PORT URL MESSAGE_FILE BODY_BYTES,HEADER_BYTES\n");
        return 64;
    }
    url = argv[2];
    message_path = argv[3];
    created = answer_of(argv[4]);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    struct MHD_OptionItem options[] = {
        {MHD_OPTION_NOTIFY_CONNECTION, (intptr_t) &connection_changed, NULL},
        {MHD_OPTION_NOTIFY_COMPLETED, (intptr_t) &exchange_completed, NULL},
        {MHD_OPTION_CONNECTION_LIMIT, 4096, NULL},
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, 32768, NULL},
        {MHD_OPTION_CONNECTION_TIMEOUT, 60, NULL},
        {MHD_OPTION_END, 0, NULL},
    };
    struct MHD_Daemon *daemon =
        MHD_start_daemon(MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL | MHD_USE_ERROR_LOG,
                         (uint16_t) atoi(argv[1]), NULL, NULL, &handle, NULL, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
    if (daemon == NULL) return 69;
    say_port(daemon);
    pause();
    MHD_stop_daemon(daemon);
    return 0;
}
