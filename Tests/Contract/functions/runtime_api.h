// A client of the runtime API for custom runtimes in C: one connection, one request at a time, no library.
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

// The last response: its head ends in "\r\n\r\n"; the body follows and ends in a zero byte.
static char answer[8 << 20];
static char *body;
static size_t body_bytes;
static int connection = -1;

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static void connect_to_runtime_api(void) {
    const char *address = getenv("AWS_LAMBDA_RUNTIME_API"), *colon = address ? strrchr(address, ':') : NULL;
    char host[64] = {0};
    if (!colon || (size_t)(colon - address) >= sizeof host) fail("AWS_LAMBDA_RUNTIME_API");
    memcpy(host, address, (size_t)(colon - address));
    struct sockaddr_in where = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(colon + 1))};
    inet_pton(AF_INET, host, &where.sin_addr);
    connection = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(connection, (struct sockaddr *)&where, sizeof where) != 0) fail("connect");
}

static void send_all(const char *bytes, size_t count) {
    while (count > 0) {
        ssize_t sent = write(connection, bytes, count);
        if (sent <= 0) fail("write");
        bytes += sent;
        count -= (size_t)sent;
    }
}

static size_t read_more(size_t filled) {
    ssize_t got = read(connection, answer + filled, sizeof answer - filled - 1);
    if (got <= 0) fail("read");
    answer[filled + (size_t)got] = 0;
    return filled + (size_t)got;
}

// A copy of a header's value in the last response; NULL when missing.
static char *header(const char *name) {
    size_t length = strlen(name);
    for (char *line = strstr(answer, "\r\n"); line && line + 4 < body; line = strstr(line + 2, "\r\n")) {
        if (strncasecmp(line + 2, name, length) != 0 || line[2 + length] != ':') continue;
        char *value = line + 3 + length + strspn(line + 3 + length, " ");
        return strndup(value, strcspn(value, "\r"));
    }
    return NULL;
}

// Reads one answer, and returns its status.
static int receive(void) {
    size_t filled = 0;
    answer[0] = 0;
    while (!(body = strstr(answer, "\r\n\r\n"))) filled = read_more(filled);
    body += 4;
    char *length = header("Content-Length");
    body_bytes = length ? (size_t)atol(length) : 0;
    free(length);
    while (filled < (size_t)(body - answer) + body_bytes) filled = read_more(filled);
    return atoi(answer + strlen("HTTP/1.1 "));
}

// Waits for the next event: its body is the event, and its request id is returned.
static char *next_event(void) {
    const char *request = "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: runtime\r\n\r\n";
    send_all(request, strlen(request));
    receive();
    char *request_id = header("Lambda-Runtime-Aws-Request-Id");
    if (!request_id) fail("request id");
    return request_id;
}

// Posts bytes to a path of the API, optionally with further header lines; returns the status.
static int post(const char *path, const char *headers, const char *bytes, size_t count) {
    char head[1024];
    int length = snprintf(head, sizeof head,
                          "POST /2018-06-01/runtime/%s HTTP/1.1\r\nHost: runtime\r\n%sContent-Length: %zu\r\n\r\n",
                          path, headers, count);
    if (length < 0 || (size_t)length >= sizeof head) fail("head");
    send_all(head, (size_t)length);
    send_all(bytes, count);
    return receive();
}
