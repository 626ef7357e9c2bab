// An external extension in C, statically linked: registers for INVOKE and SHUTDOWN, and prints the events it gets.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

static char buffer[65536];

static int open_connection(void) {
    const char *address = getenv("AWS_LAMBDA_RUNTIME_API");
    const char *colon = address ? strrchr(address, ':') : NULL;
    if (!colon) exit(2);
    struct sockaddr_in where = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(colon + 1))};
    inet_pton(AF_INET, "127.0.0.1", &where.sin_addr);
    int connection = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(connection, (struct sockaddr *)&where, sizeof where) != 0) exit(3);
    return connection;
}

// Sends a request on a connection of its own and reads the answer to its end.
static char *ask(const char *request) {
    int connection = open_connection();
    if (write(connection, request, strlen(request)) < 0) exit(4);
    size_t filled = 0;
    ssize_t got;
    while ((got = read(connection, buffer + filled, sizeof buffer - filled - 1)) > 0) filled += (size_t)got;
    buffer[filled] = 0;
    close(connection);
    char *body = strstr(buffer, "\r\n\r\n");
    if (!body) exit(5);
    return body + 4;
}

int main(int count, char **arguments) {
    char request[512], identifier[64] = {0};
    const char *name = count > 0 ? strrchr(arguments[0], '/') : NULL;
    snprintf(request, sizeof request,
             "POST /2020-01-01/extension/register HTTP/1.1\r\nHost: runtime\r\nConnection: close\r\n"
             "Lambda-Extension-Name: %s\r\nContent-Length: 33\r\n\r\n{\"events\": [\"INVOKE\",\"SHUTDOWN\"]}",
             name ? name + 1 : "");
    ask(request);
    const char *header = strcasestr(buffer, "lambda-extension-identifier:");
    if (!header) exit(6);
    sscanf(header + 28, " %63[^\r\n]", identifier);
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (;;) {
        snprintf(request, sizeof request,
                 "GET /2020-01-01/extension/event/next HTTP/1.1\r\nHost: runtime\r\nConnection: close\r\n"
                 "Lambda-Extension-Identifier: %s\r\n\r\n", identifier);
        char *body = ask(request);
        printf("<in-c> %s\n", body);
        if (strstr(body, "SHUTDOWN")) return 0;
    }
}
