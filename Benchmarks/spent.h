/* Prints as JSON the time and the CPU time that a number of messages took. */
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>

struct spent {
    struct timespec time;
    struct rusage usage;
};

static inline struct spent spent_now(void)
{
    struct spent spent;
    clock_gettime(CLOCK_MONOTONIC, &spent.time);
    getrusage(RUSAGE_SELF, &spent.usage);
    return spent;
}

static inline double spent_seconds(struct timeval from, struct timeval to)
{
    return (double) (to.tv_sec - from.tv_sec) + 1e-6 * (double) (to.tv_usec - from.tv_usec);
}

static inline void spent_print(unsigned long messages, struct spent from)
{
    struct spent to = spent_now();
    double seconds =
        (double) (to.time.tv_sec - from.time.tv_sec) + 1e-9 * (double) (to.time.tv_nsec - from.time.tv_nsec);
    printf("{\"messages\":%lu,\"messagesPerSecond\":%.0f,\"userMicroseconds\":%.2f,\"systemMicroseconds\":%.2f}\n",
           messages, (double) messages / seconds,
           1e6 * spent_seconds(from.usage.ru_utime, to.usage.ru_utime) / (double) messages,
           1e6 * spent_seconds(from.usage.ru_stime, to.usage.ru_stime) / (double) messages);
}
