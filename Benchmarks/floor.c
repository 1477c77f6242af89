/* The yardstick: the least that a C program does to answer a POST with libmicrohttpd 0.9.75.
 *
 * It has the flags, the pool and the limits of our own server, gathers the body (64 KiB at most), and answers 201 with a
 * constant JSON body. One object a connection, reused by its requests, is all that it allocates itself.
 *
 *   cc -O2 -o floor floor.c -lmicrohttpd
 *   ./floor PORT BODY_BYTES THREADS
 */
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BODY_LIMIT 65536

struct request {
    int started;
    size_t length;
    char body[BODY_LIMIT];
};

static char *answer;
static size_t answer_length;

static void connection_changed(void *cls, struct MHD_Connection *connection, void **context,
                               enum MHD_ConnectionNotificationCode code)
{
    (void) cls;
    (void) connection;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        struct request *request = malloc(sizeof *request);
        if (request == NULL) abort();
        request->started = 0;
        *context = request;
    } else {
        free(*context);
    }
}

static void completed(void *cls, struct MHD_Connection *connection, void **context,
                      enum MHD_RequestTerminationCode code)
{
    (void) cls;
    (void) connection;
    (void) code;
    struct request *request = *context;
    if (request != NULL) request->started = 0;
}

static enum MHD_Result handle(void *cls, struct MHD_Connection *connection, const char *url, const char *method,
                              const char *version, const char *data, size_t *size, void **context)
{
    (void) cls;
    (void) url;
    (void) method;
    (void) version;
    struct request *request = *context;
    if (request == NULL) {
        const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
        if (info == NULL) return MHD_NO;
        *context = request = info->socket_context;
    }
    if (!request->started) {
        request->started = 1;
        request->length = 0;
        return MHD_YES;
    }
    if (*size > 0) {
        if (*size > BODY_LIMIT - request->length) return MHD_NO;
        memcpy(request->body + request->length, data, *size);
        request->length += *size;
        *size = 0;
        return MHD_YES;
    }
    struct MHD_Response *response = MHD_create_response_from_buffer(answer_length, answer, MHD_RESPMEM_PERSISTENT);
    if (response == NULL) return MHD_NO;
    enum MHD_Result result = MHD_add_response_header(response, "Content-Type", "application/json");
    if (result == MHD_YES) result = MHD_queue_response(connection, MHD_HTTP_CREATED, response);
    MHD_destroy_response(response);
    return result;
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: floor PORT BODY_BYTES THREADS\n");
        return 64;
    }
    answer_length = strtoul(argv[2], NULL, 10);
    if (answer_length < 12) answer_length = 12;
    answer = malloc(answer_length);
    if (answer == NULL) return 71;
    memset(answer, 'x', answer_length);
    memcpy(answer, "{\"value\":\"", 10);
    memcpy(answer + answer_length - 2, "\"}", 2);

    unsigned int threads = (unsigned int) atoi(argv[3]);
    struct MHD_OptionItem options[] = {
        {MHD_OPTION_NOTIFY_CONNECTION, (intptr_t) &connection_changed, NULL},
        {MHD_OPTION_NOTIFY_COMPLETED, (intptr_t) &completed, NULL},
        {MHD_OPTION_CONNECTION_LIMIT, 4096, NULL},
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, 32768, NULL},
        {MHD_OPTION_CONNECTION_MEMORY_INCREMENT, 4096, NULL},
        {MHD_OPTION_CONNECTION_TIMEOUT, 60, NULL},
        {MHD_OPTION_STRICT_FOR_CLIENT, 0, NULL},
        {threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END, threads, NULL},
        {MHD_OPTION_END, 0, NULL},
    };
    struct MHD_Daemon *daemon = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_USE_INTERNAL_POLLING_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG,
        (uint16_t) atoi(argv[1]), NULL, NULL, &handle, NULL, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
    if (daemon == NULL) return 69;
    pause();
    MHD_stop_daemon(daemon);
    free(answer);
    return 0;
}
