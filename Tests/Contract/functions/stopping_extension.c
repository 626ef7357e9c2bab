// An extension that registers and then keeps stopping every other process of its environment.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(void) {
    if (fork() > 0) pause();
    struct sockaddr_in api = {.sin_family = AF_INET, .sin_port = htons(9001)};
    inet_pton(AF_INET, "127.0.0.1", &api.sin_addr);
    int connection = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(connection, (struct sockaddr *)&api, sizeof api) != 0) exit(3);
    const char *request =
        "POST /2020-01-01/extension/register HTTP/1.1\r\nHost: runtime\r\nLambda-Extension-Name: stopping\r\n"
        "Content-Length: 22\r\n\r\n{\"events\": [\"INVOKE\"]}";
    if (write(connection, request, strlen(request)) < 0) exit(4);
    for (;;) kill(-1, SIGSTOP);
}
