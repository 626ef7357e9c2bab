// An extension that tries to open the memory of a process which the sandbox's first process has just forked, while that
// process still is strata-init: it stops it at its first instruction, then looks at it all the time while it goes on.
// /tmp/takeover says what came of it.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LOOKS 100000

static void tell(const char *text) {
    int file = open("/tmp/takeover.part", O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (file < 0 || write(file, text, strlen(text)) < 0 || rename("/tmp/takeover.part", "/tmp/takeover") != 0) exit(5);
}

// What `pid` executes, as far as it may be read.
static int executes_init(int pid, int *known) {
    char path[64], target[256];
    snprintf(path, sizeof path, "/proc/%d/exe", pid);
    ssize_t length = readlink(path, target, sizeof target - 1);
    *known = length >= 0;
    target[length < 0 ? 0 : length] = 0;
    return strstr(target, "strata-init") != NULL;
}

static int memory_opens(int pid) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/mem", pid);
    int memory = open(path, O_RDWR);
    if (memory >= 0) close(memory);
    return memory >= 0;
}

// Looks at the process until it executes its program.
static void take(int pid) {
    int looks = 0, known = 0;
    kill(pid, SIGCONT);
    for (; looks < LOOKS; looks++) {
        int is_init = executes_init(pid, &known);
        if (is_init && memory_opens(pid)) return tell("taken");
        if (known && !is_init) break;
    }
    char text[64];
    snprintf(text, sizeof text, "not taken in %d looks", looks);
    tell(text);
}

static void attack(void) {
    for (;;)
        for (int pid = getpid() + 1; pid < getpid() + 4; pid++)
            if (kill(pid, SIGSTOP) == 0) {
                take(pid);
                return;
            }
}

static int request(const char *text, char *answer, size_t bytes) {
    struct sockaddr_in api = {.sin_family = AF_INET, .sin_port = htons(9001)};
    inet_pton(AF_INET, "127.0.0.1", &api.sin_addr);
    int connection = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(connection, (struct sockaddr *)&api, sizeof api) != 0) exit(3);
    if (write(connection, text, strlen(text)) < 0) exit(4);
    ssize_t length = read(connection, answer, bytes - 1);
    answer[length < 0 ? 0 : length] = 0;
    close(connection);
    return length > 0;
}

int main(void) {
    char answer[4096], next[512], identifier[128] = "";
    if (fork() == 0) {
        attack();
        return 0;
    }
    request("POST /2020-01-01/extension/register HTTP/1.1\r\nHost: runtime\r\nLambda-Extension-Name: taking\r\n"
            "Content-Length: 22\r\n\r\n{\"events\": [\"INVOKE\"]}", answer, sizeof answer);
    const char *header = strcasestr(answer, "Lambda-Extension-Identifier: ");
    if (header) sscanf(header + strlen("Lambda-Extension-Identifier: "), "%127[^\r\n]", identifier);
    snprintf(next, sizeof next, "GET /2020-01-01/extension/event/next HTTP/1.1\r\nHost: runtime\r\n"
             "Lambda-Extension-Identifier: %s\r\n\r\n", identifier);
    while (request(next, answer, sizeof answer)) continue;
}
