/* The yardstick of requests: the least that a C program does to answer them with libmicrohttpd 0.9.75.
 *
 * It has the flags, the pool and the limits of our own server. It gathers the body (64 KiB at most) and answers a POST with
 * 201 and a GET with 200, whatever the path, as answer.h says. One object a connection, reused by its requests, is all that
 * it allocates itself.
 *
 *   cc -O2 -Wall -Wextra -o floor floor.c -lmicrohttpd
 *   ./floor PORT THREADS BODY_BYTES,HEADER_BYTES
 */
#include "answer.h"
#include <unistd.h>

#define BODY_LIMIT 65536

struct request {
    struct exchange exchange;
    size_t length;
    char body[BODY_LIMIT];
};

static struct answer answer;

static void connection_changed(void *cls, struct MHD_Connection *connection, void **context,
                               enum MHD_ConnectionNotificationCode code)
{
    (void) cls;
    (void) connection;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        struct request *request = malloc(sizeof *request);
        if (request == NULL) abort();
        request->exchange.started = 0;
        *context = request;
    } else {
        free(*context);
    }
}

static enum MHD_Result handle(void *cls, struct MHD_Connection *connection, const char *url, const char *method,
                              const char *version, const char *data, size_t *size, void **context)
{
    (void) cls;
    (void) url;
    (void) version;
    struct request *request = (struct request *) exchange_of(connection, context);
    if (request == NULL) return MHD_NO;
    if (!request->exchange.started) {
        request->exchange.started = 1;
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
    return answer_queue(&answer, method[0] == 'P' ? MHD_HTTP_CREATED : MHD_HTTP_OK, connection);
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: floor PORT THREADS BODY_BYTES,HEADER_BYTES\n");
        return 64;
    }
    answer = answer_of(argv[3]);
    unsigned int threads = (unsigned int) atoi(argv[2]);
    struct MHD_OptionItem options[] = {
        {MHD_OPTION_NOTIFY_CONNECTION, (intptr_t) &connection_changed, NULL},
        {MHD_OPTION_NOTIFY_COMPLETED, (intptr_t) &exchange_completed, NULL},
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
    say_port(daemon);
    pause();
    MHD_stop_daemon(daemon);
    return 0;
}
