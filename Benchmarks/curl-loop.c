/* The yardstick of one host's messages: the least that a C program does to post them one after the other with libcurl.
 *
 * The easy interface in a loop over one kept connection, one handle, the body from memory. message.h says what is posted.
 *
 *   cc -O2 -Wall -Wextra -o curl-loop curl-loop.c -lcurl
 *   ./curl-loop URL MESSAGE_FILE MESSAGES
 */
#include "message.h"
#include "spent.h"

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: curl-loop URL MESSAGE_FILE MESSAGES\n");
        return 64;
    }
    unsigned long messages = strtoul(argv[3], NULL, 10);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    struct message message = message_of(argv[2]);
    CURL *handle = message_handle(&message, argv[1]);
    struct spent begun = spent_now();
    for (unsigned long number = 0; number < messages; number++) {
        message_set_number(&message, number);
        message_check(handle, curl_easy_perform(handle));
    }
    spent_print(messages, begun);
    return 0;
}
