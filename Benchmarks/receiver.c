/* The engine of the benchmarks: answers each message as fast as one thread can, and counts.
 *
 * epoll, HTTP/1.1 over kept connections, requests with a Content-Length in any number of segments, one at a time on a
 * connection. Every POST is answered with 200 and BODY, which may be empty. A request of type
 * application/cloudevents-batch+json has as many messages as the text "specversion" occurs in it, any other has one.
 *
 * GET /count answers with what has come since the last GET /reset: messages, requests, bytes with heads, and the seconds from
 * the first request to the last with the number of messages after the first request. GET /count?until=N answers once N
 * messages have come; one connection at a time may wait so.
 *
 *   cc -O2 -Wall -Wextra -o receiver receiver.c
 *   ./receiver PORT BODY
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define LARGEST (4u << 20)

struct connection {
    int socket;
    size_t length;
    size_t room;
    char *data;
};

static struct {
    unsigned long messages;
    unsigned long requests;
    unsigned long bytes;
    unsigned long first;
    struct timespec begun;
    struct timespec ended;
} count;

static struct connection *waiting;
static unsigned long awaited;
static char answer[4096];
static size_t answer_length;

static int answer_with(const struct connection *connection, const char *data, size_t length)
{
    return send(connection->socket, data, length, MSG_NOSIGNAL) == (ssize_t) length ? 0 : -1;
}

static int answer_count(const struct connection *connection)
{
    char text[512];
    char body[256];
    double seconds = (double) (count.ended.tv_sec - count.begun.tv_sec) +
                     1e-9 * (double) (count.ended.tv_nsec - count.begun.tv_nsec);
    int length = snprintf(body, sizeof body,
                          "{\"messages\":%lu,\"requests\":%lu,\"bytes\":%lu,\"seconds\":%.9f,\"messagesAfterFirst\":%lu}",
                          count.messages, count.requests, count.bytes, seconds, count.messages - count.first);
    length = snprintf(text, sizeof text,
                      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", length, body);
    return answer_with(connection, text, (size_t) length);
}

static int control(struct connection *connection, const char *head)
{
    if (strncmp(head, "GET /reset ", 11) == 0) {
        memset(&count, 0, sizeof count);
        return answer_count(connection);
    }
    if (sscanf(head, "GET /count?until=%lu", &awaited) == 1 && count.messages < awaited) {
        waiting = connection;
        return 0;
    }
    return answer_count(connection);
}

static unsigned long occurrences(const char *data, size_t length, const char *text)
{
    size_t size = strlen(text);
    unsigned long found = 0;
    const char *end = data + length;
    while ((data = memmem(data, (size_t) (end - data), text, size)) != NULL) {
        found++;
        data += size;
    }
    return found;
}

static int post(const struct connection *connection, size_t head_length, size_t length)
{
    const char *head = connection->data;
    unsigned long messages = 1;
    if (memmem(head, head_length, "cloudevents-batch+json", 22) != NULL)
        messages = occurrences(head + head_length, length, "\"specversion\"");
    clock_gettime(CLOCK_MONOTONIC, &count.ended);
    if (count.requests == 0) {
        count.begun = count.ended;
        count.first = messages;
    }
    count.requests++;
    count.messages += messages;
    count.bytes += head_length + length;
    if (answer_with(connection, answer, answer_length) != 0) return -1;
    if (waiting == NULL || count.messages < awaited) return 0;
    const struct connection *waiter = waiting;
    waiting = NULL;
    return answer_count(waiter);
}

/* Serves the requests that are complete; -1 if the connection is of no more use. */
static int serve(struct connection *connection)
{
    for (;;) {
        const char *end = memmem(connection->data, connection->length, "\r\n\r\n", 4);
        if (end == NULL) return connection->length < 65536 ? 0 : -1;
        size_t head_length = (size_t) (end - connection->data) + 4;
        size_t length = 0;
        if (connection->data[0] == 'P') {
            const char *field = strcasestr(connection->data, "\r\nContent-Length:");
            if (field == NULL) return -1;
            length = strtoul(field + 17, NULL, 10);
            if (length > LARGEST) return -1;
        }
        if (connection->length < head_length + length) return 0;
        int result = length > 0 ? post(connection, head_length, length) : control(connection, connection->data);
        if (result != 0) return -1;
        connection->length -= head_length + length;
        if (connection->length == 0) return 0;
        memmove(connection->data, connection->data + head_length + length, connection->length + 1);
    }
}

static int read_more(struct connection *connection)
{
    if (connection->length + 65536 > connection->room) {
        if (connection->room > 2 * LARGEST) return -1;
        connection->room = 2 * connection->room + 131072;
        connection->data = realloc(connection->data, connection->room);
        if (connection->data == NULL) abort();
    }
    ssize_t size = recv(connection->socket, connection->data + connection->length,
                        connection->room - connection->length - 1, 0);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
    if (size <= 0) return -1;
    connection->length += (size_t) size;
    connection->data[connection->length] = '\0';
    return serve(connection);
}

static void drop(struct connection *connection)
{
    if (waiting == connection) waiting = NULL;
    close(connection->socket);
    free(connection->data);
    free(connection);
}

static void take_in(int listener, int watch)
{
    int descriptor = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor < 0) return;
    int on = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct connection *connection = calloc(1, sizeof *connection);
    if (connection == NULL) abort();
    connection->socket = descriptor;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
    epoll_ctl(watch, EPOLL_CTL_ADD, descriptor, &event);
}

static int listen_on(const char *port)
{
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t) atoi(port))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (listener < 0 || bind(listener, (struct sockaddr *) &address, size) != 0 || listen(listener, SOMAXCONN) != 0 ||
        getsockname(listener, (struct sockaddr *) &address, &size) != 0) {
        perror("receiver");
        exit(69);
    }
    printf("listening on http://127.0.0.1:%u\n", (unsigned int) ntohs(address.sin_port));
    fflush(stdout);
    return listener;
}

int main(int argc, char **argv)
{
    if (argc != 3 || strlen(argv[2]) > sizeof answer - 256) {
        fprintf(stderr, "usage: receiver PORT BODY\n");
        return 64;
    }
    answer_length = (size_t) snprintf(
        answer, sizeof answer, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
        strlen(argv[2]), argv[2]);
    int listener = listen_on(argv[1]);
    int watch = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
    if (watch < 0 || epoll_ctl(watch, EPOLL_CTL_ADD, listener, &event) != 0) return 69;
    for (;;) {
        struct epoll_event events[64];
        int ready = epoll_wait(watch, events, 64, -1);
        for (int index = 0; index < ready; index++) {
            struct connection *connection = events[index].data.ptr;
            if (connection == NULL) {
                take_in(listener, watch);
            } else if (read_more(connection) != 0) {
                drop(connection);
            }
        }
    }
}
