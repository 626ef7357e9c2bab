#pragma once

#include <microhttpd.h>
#include <stdbool.h>
#include <stdint.h>

/// The arguments of `http_start`. libmicrohttpd takes its options as variadic arguments, which Swift cannot pass.
struct http_options {
    MHD_AccessHandlerCallback access;
    void *(*uri)(void *context, const char *uri, struct MHD_Connection *connection);
    MHD_RequestCompletedCallback completed;
    /// Whether a new connection is accepted.
    MHD_AcceptPolicyCallback admit;
    /// A connection has started or ended.
    MHD_NotifyConnectionCallback connection_changed;
    /// Passed to the callbacks.
    void *context;
    /// A bound and listening socket that the daemon then owns, or -1 for a daemon that only adopts connections.
    int listener;
    unsigned int connection_limit;
    unsigned int idle_timeout_seconds;
    size_t connection_memory_bytes;
};

/// Starts a daemon without threads, for the caller's thread to run (MHD_run_wait); NULL when it cannot start.
struct MHD_Daemon *http_start(const struct http_options *options);

/// The descriptor that is readable when the daemon has events to process.
int http_epoll_descriptor(struct MHD_Daemon *daemon);

/// The context that the `connection_changed` callback has set for a connection.
void *http_connection_context(struct MHD_Connection *connection);

/// Truncates a request target after its question mark, so that libmicrohttpd finds no query to parse. To be called from
/// the `uri` callback, when the target has been copied.
void http_hide_query(const char *target);

/// Adds an accepted connection to a daemon. `origin` identifies its peer (see HTTPExchange.origin).
bool http_adopt(struct MHD_Daemon *daemon, int connection, uint32_t origin);

/// The origin of a connection: the number given to `http_adopt`, or 0 for a client of the daemon's own listener.
uint32_t http_origin(struct MHD_Connection *connection);

/// The origin of a connection with this address.
uint32_t http_address_origin(const struct sockaddr *address);

/// A connection's descriptor; -1 when it is closed.
int http_descriptor(struct MHD_Connection *connection);
