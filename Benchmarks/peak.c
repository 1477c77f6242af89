/* Runs a program and writes to a file how many KiB it was resident with at most.
 *
 * The kernel counts in what a process had before it became another program. A script would have more than what it measures.
 *
 *   cc -O2 -Wall -Wextra -o peak peak.c
 *   ./peak FILE PROGRAM ARGUMENT...
 */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: peak FILE PROGRAM ARGUMENT...\n");
        return 64;
    }
    pid_t child = fork();
    if (child == 0) {
        execv(argv[2], argv + 2);
        perror(argv[2]);
        _exit(69);
    }
    int status = 0;
    struct rusage usage;
    if (child < 0 || wait4(child, &status, 0, &usage) != child) return 71;
    FILE *file = fopen(argv[1], "w");
    if (file == NULL || fprintf(file, "%ld\n", usage.ru_maxrss) < 0 || fclose(file) != 0) return 74;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 70;
}
