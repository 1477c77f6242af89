/* An answer of libmicrohttpd that has the size of one of wdfilterd's: a constant JSON body, its type, and one header that is
 * as long as all the others. */
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct answer {
    size_t length;
    char *body;
    char *padding;
};

/* `sizes` is BODY,PADDING: the bytes of the body, and those of the value of the one header. */
static inline struct answer answer_of(const char *sizes)
{
    size_t length = 0;
    size_t padding = 0;
    if (sscanf(sizes, "%zu,%zu", &length, &padding) != 2 || length < 12 || padding == 0) {
        fprintf(stderr, "not BODY_BYTES,HEADER_BYTES: %s\n", sizes);
        exit(64);
    }
    struct answer answer = {length, malloc(length), malloc(padding + 1)};
    if (answer.body == NULL || answer.padding == NULL) abort();
    memset(answer.body, 'x', length);
    memcpy(answer.body, "{\"value\":\"", 10);
    memcpy(answer.body + length - 2, "\"}", 2);
    memset(answer.padding, 'x', padding);
    answer.padding[padding] = '\0';
    return answer;
}

static inline enum MHD_Result answer_queue(const struct answer *answer, unsigned int status,
                                           struct MHD_Connection *connection)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(answer->length, answer->body, MHD_RESPMEM_PERSISTENT);
    if (response == NULL) return MHD_NO;
    enum MHD_Result result = MHD_add_response_header(response, "Content-Type", "application/json");
    if (result == MHD_YES) result = MHD_add_response_header(response, "X-Padding", answer->padding);
    if (result == MHD_YES) result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

/* What a connection keeps begins with this; its requests use it one after the other. */
struct exchange {
    int started;
};

/* The exchange of a request, which the library passes on from its second call on. */
static inline struct exchange *exchange_of(struct MHD_Connection *connection, void **context)
{
    if (*context == NULL) {
        const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
        if (info != NULL) *context = info->socket_context;
    }
    return *context;
}

/* For MHD_OPTION_NOTIFY_COMPLETED. */
static inline void exchange_completed(void *cls, struct MHD_Connection *connection, void **context,
                                      enum MHD_RequestTerminationCode code)
{
    (void) cls;
    (void) connection;
    (void) code;
    struct exchange *exchange = *context;
    if (exchange != NULL) exchange->started = 0;
}

/* Says on which port the daemon listens, for a parent that gave it port 0. */
static inline void say_port(struct MHD_Daemon *daemon)
{
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT);
    if (info == NULL) exit(69);
    printf("listening on http://127.0.0.1:%u\n", (unsigned int) info->port);
    fflush(stdout);
}
