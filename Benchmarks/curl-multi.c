/* The yardstick of many hosts' messages: the least that one thread of a C program does to post them with libcurl over many
 * connections at once.
 *
 * The multi interface with its socket callbacks and epoll. Each connection has one handle, which posts its share of the
 * messages one after the other. message.h says what is posted.
 *
 *   cc -O2 -Wall -Wextra -o curl-multi curl-multi.c -lcurl
 *   ./curl-multi URL MESSAGE_FILE MESSAGES CONNECTIONS
 */
#include "message.h"
#include "spent.h"
#include <sys/epoll.h>
#include <unistd.h>

struct share {
    struct message message;
    unsigned long left;
};

static int watch;
static long timeout_ms = -1;

static int socket_changed(CURL *handle, curl_socket_t descriptor, int what, void *user, void *known)
{
    (void) handle;
    CURLM *multi = user;
    if (what == CURL_POLL_REMOVE) {
        epoll_ctl(watch, EPOLL_CTL_DEL, descriptor, NULL);
        return 0;
    }
    struct epoll_event event = {.events = (what & CURL_POLL_IN ? EPOLLIN : 0u) | (what & CURL_POLL_OUT ? EPOLLOUT : 0u)};
    event.data.fd = descriptor;
    if (epoll_ctl(watch, known == NULL ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, descriptor, &event) != 0) return -1;
    curl_multi_assign(multi, descriptor, &watch);
    return 0;
}

static int timer_changed(CURLM *multi, long milliseconds, void *user)
{
    (void) multi;
    (void) user;
    timeout_ms = milliseconds;
    return 0;
}

static void next_message(CURLM *multi, CURL *handle, struct share *share)
{
    if (share->left == 0) return;
    message_set_number(&share->message, share->left--);
    if (curl_multi_add_handle(multi, handle) != CURLM_OK) abort();
}

static void take_results(CURLM *multi)
{
    int queued = 0;
    for (CURLMsg *result; (result = curl_multi_info_read(multi, &queued)) != NULL;) {
        CURL *handle = result->easy_handle;
        message_check(handle, result->data.result);
        char *share = NULL;
        curl_easy_getinfo(handle, CURLINFO_PRIVATE, &share);
        curl_multi_remove_handle(multi, handle);
        next_message(multi, handle, (struct share *) share);
    }
}

static void run(CURLM *multi)
{
    struct epoll_event events[64];
    int running = 1;
    while (running > 0) {
        int count = epoll_wait(watch, events, 64, (int) timeout_ms);
        if (count == 0 || timeout_ms == 0) {
            timeout_ms = -1;
            curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &running);
        }
        for (int index = 0; index < count; index++) {
            int what = (events[index].events & EPOLLOUT ? CURL_CSELECT_OUT : 0);
            if (events[index].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) what |= CURL_CSELECT_IN;
            curl_multi_socket_action(multi, events[index].data.fd, what, &running);
        }
        take_results(multi);
        /* A handle that was just added counts only once libcurl has begun with it. */
        if (timeout_ms == 0) running = 1;
    }
}

int main(int argc, char **argv)
{
    if (argc != 5) {
        fprintf(stderr, "usage: curl-multi URL MESSAGE_FILE MESSAGES CONNECTIONS\n");
        return 64;
    }
    unsigned long messages = strtoul(argv[3], NULL, 10);
    unsigned long connections = strtoul(argv[4], NULL, 10);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    watch = epoll_create1(EPOLL_CLOEXEC);
    CURLM *multi = curl_multi_init();
    struct share *shares = calloc(connections, sizeof *shares);
    if (watch < 0 || multi == NULL || shares == NULL) abort();
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, socket_changed);
    curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, multi);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, timer_changed);
    struct spent begun = spent_now();
    for (unsigned long index = 0; index < connections; index++) {
        struct share *share = &shares[index];
        share->message = message_of(argv[2]);
        share->left = messages / connections + (index < messages % connections);
        CURL *handle = message_handle(&share->message, argv[1]);
        curl_easy_setopt(handle, CURLOPT_PRIVATE, share);
        next_message(multi, handle, share);
    }
    run(multi);
    spent_print(messages, begun);
    return 0;
}
