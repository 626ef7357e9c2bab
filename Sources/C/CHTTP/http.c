#include "CHTTP.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

// Leaves percent-encoding to the handlers: `%2F` inside a segment is not a separator.
static size_t keep_escapes(void *context, struct MHD_Connection *connection, char *text) {
    (void)context;
    (void)connection;
    return strlen(text);
}

struct MHD_Daemon *http_start(const struct http_options *options) {
    unsigned int flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC;
    if (options->listener < 0) flags |= MHD_USE_NO_LISTEN_SOCKET;
    struct MHD_OptionItem items[] = {
        {MHD_OPTION_LISTEN_SOCKET, options->listener, NULL},
        {MHD_OPTION_END, 0, NULL},
    };
    if (options->listener < 0) items[0] = items[1];
    return MHD_start_daemon(
        flags, 0, options->admit, options->context, options->access, options->context,
        MHD_OPTION_ARRAY, items,
        MHD_OPTION_URI_LOG_CALLBACK, options->uri, options->context,
        MHD_OPTION_NOTIFY_COMPLETED, options->completed, options->context,
        MHD_OPTION_NOTIFY_CONNECTION, options->connection_changed, options->context,
        MHD_OPTION_UNESCAPE_CALLBACK, &keep_escapes, NULL,
        MHD_OPTION_CONNECTION_LIMIT, options->connection_limit,
        MHD_OPTION_CONNECTION_TIMEOUT, options->idle_timeout_seconds,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, options->connection_memory_bytes,
        MHD_OPTION_END);
}

int http_epoll_descriptor(struct MHD_Daemon *daemon) {
    return MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
}

void *http_connection_context(struct MHD_Connection *connection) {
    return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

// libmicrohttpd 0.9.75 neither answers nor closes a request whose query parameters do not fit into its connection's
// memory, where each takes a record. The records are not used. The target is in the connection's writable buffer.
void http_hide_query(const char *target) {
    char *query = strchr((char *)target, '?');
    if (query != NULL) query[1] = '\0';
}

// An adopted connection stores its origin as an IPv4 address with port 0, which no TCP client can have.
bool http_adopt(struct MHD_Daemon *daemon, int connection, uint32_t origin) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = 0, .sin_addr = {.s_addr = htonl(origin)}};
    return MHD_add_connection(daemon, connection, (struct sockaddr *)&address, sizeof address) == MHD_YES;
}

uint32_t http_origin(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    return info == NULL ? 0 : http_address_origin(info->client_addr);
}

uint32_t http_address_origin(const struct sockaddr *generic) {
    if (generic == NULL || generic->sa_family != AF_INET) return 0;
    struct sockaddr_in address;
    memcpy(&address, generic, sizeof address);
    return address.sin_port == 0 ? ntohl(address.sin_addr.s_addr) : 0;
}

int http_descriptor(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info == NULL ? -1 : info->connect_fd;
}
