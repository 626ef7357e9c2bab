#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "recipe.h"

#define PENDING_CONNECTIONS 128

// The largest buffers of TCP sockets in the sandbox's network namespace: least, usual and largest bytes (tcp(7)).
// Between processes of one host more is no faster, and where no cgroup counts them, it is memory beside the limit.
#define RECEIVE_BUFFERS "4096 131072 1048576"
#define SEND_BUFFERS "4096 16384 1048576"

// Through the host's /proc, where the namespace of the process that writes counts: the sandbox's own is read-only. A
// host whose /proc is read-only too keeps its own limits.
void bound_buffers(void) {
    write_text("/proc/sys/net/ipv4/tcp_rmem", RECEIVE_BUFFERS);
    write_text("/proc/sys/net/ipv4/tcp_wmem", SEND_BUFFERS);
}

void raise_loopback(int control) {
    int probe = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (probe < 0) fail(control, STRATA_STAGE_LOOPBACK, "socket");
    struct ifreq interface = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
    if (ioctl(probe, SIOCSIFFLAGS, &interface) != 0) fail(control, STRATA_STAGE_LOOPBACK, "lo");
    close(probe);
}

// A socket stays in the network namespace in which it was created, so the server can accept connections from inside.
static int open_listener(uint16_t port, int control) {
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (listener < 0) fail(control, STRATA_STAGE_LISTENER, "socket");
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0) fail(control, STRATA_STAGE_LISTENER, "bind");
    if (listen(listener, PENDING_CONNECTIONS) != 0) fail(control, STRATA_STAGE_LISTENER, "listen");
    return listener;
}

void open_listeners(const struct plan *plan, int control, int *listeners) {
    for (size_t i = 0; i < plan->port_count; i++) listeners[i] = open_listener(plan->ports[i], control);
}

int connect_inside(uint16_t port) {
    int connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (connection < 0) return -1;
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (connect(connection, (struct sockaddr *)&address, sizeof address) == 0 || errno == EINPROGRESS)
        return connection;
    int error = errno;
    close(connection);
    errno = error;
    return -1;
}
