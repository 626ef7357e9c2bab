// A custom runtime in C, statically linked: asks the runtime API for an event, answers with it, and again.
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

static char buffer[8 << 20];

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static int connect_to(const char *address) {
    char host[64] = {0};
    const char *colon = strrchr(address, ':');
    if (!colon) fail("address");
    memcpy(host, address, (size_t)(colon - address));
    struct sockaddr_in where = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(colon + 1))};
    inet_pton(AF_INET, host, &where.sin_addr);
    int connection = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(connection, (struct sockaddr *)&where, sizeof where) != 0) fail("connect");
    return connection;
}

static void send_all(int connection, const char *bytes, size_t count) {
    while (count > 0) {
        ssize_t sent = write(connection, bytes, count);
        if (sent <= 0) fail("write");
        bytes += sent;
        count -= (size_t)sent;
    }
}

// Reads one answer; the body starts at *body and is returned by its length.
static size_t receive(int connection, char **body) {
    size_t filled = 0;
    char *end = NULL;
    while (!end) {
        ssize_t got = read(connection, buffer + filled, sizeof buffer - filled - 1);
        if (got <= 0) fail("read");
        filled += (size_t)got;
        buffer[filled] = 0;
        end = strstr(buffer, "\r\n\r\n");
    }
    const char *length = strcasestr(buffer, "\r\ncontent-length:");
    size_t wanted = length && length < end ? (size_t)atol(length + 17) : 0;
    *body = end + 4;
    while (filled < (size_t)(*body - buffer) + wanted) {
        ssize_t got = read(connection, buffer + filled, sizeof buffer - filled - 1);
        if (got <= 0) fail("read");
        filled += (size_t)got;
    }
    return wanted;
}

int main(void) {
    int connection = connect_to(getenv("AWS_LAMBDA_RUNTIME_API"));
    for (;;) {
        const char *next = "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: runtime\r\n\r\n";
        send_all(connection, next, strlen(next));
        char *body, request_id[64] = {0}, head[512];
        size_t length = receive(connection, &body);
        const char *id = strcasestr(buffer, "lambda-runtime-aws-request-id:");
        if (!id) fail("request id");
        sscanf(id + 30, " %63[^\r\n]", request_id);
        snprintf(head, sizeof head,
                 "POST /2018-06-01/runtime/invocation/%s/response HTTP/1.1\r\nHost: runtime\r\n"
                 "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n", request_id, length + 6);
        send_all(connection, head, strlen(head));
        send_all(connection, "{\"c\":", 5);
        send_all(connection, body, length);
        send_all(connection, "}", 1);
        char *ignored;
        receive(connection, &ignored);
    }
}
