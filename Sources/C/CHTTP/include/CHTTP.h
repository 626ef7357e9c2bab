#pragma once

#include <microhttpd.h>
#include <stdbool.h>
#include <stdint.h>

/// What `http_start` needs. libmicrohttpd takes its options as variadic arguments, which Swift cannot pass.
struct http_options {
    MHD_AccessHandlerCallback access;
    void *(*uri)(void *context, const char *uri, struct MHD_Connection *connection);
    MHD_RequestCompletedCallback completed;
    /// Whether a new connection may stay.
    MHD_AcceptPolicyCallback admit;
    /// A connection has started or has ended.
    MHD_NotifyConnectionCallback connection_changed;
    /// Handed to the callbacks as it is.
    void *context;
    /// A bound and listening socket that the daemon takes over, or -1 for a daemon that is only handed connections.
    int listener;
    unsigned int connection_limit;
    unsigned int idle_timeout_seconds;
    size_t connection_memory_bytes;
};

/// Starts a daemon that one thread drives from outside (MHD_run_wait); NULL when it cannot start.
struct MHD_Daemon *http_start(const struct http_options *options);

/// The descriptor that is readable when a daemon has something to do.
int http_epoll_descriptor(struct MHD_Daemon *daemon);

/// What the `connection_changed` callback has set for a connection.
void *http_connection_context(struct MHD_Connection *connection);

/// Ends a request target behind its question mark, so that libmicrohttpd finds no query to split. To be called from the
/// `uri` callback, when the target has been copied.
void http_hide_query(const char *target);

/// Hands an accepted connection to a daemon. `origin` names who is behind it (see HTTPOrigin).
bool http_adopt(struct MHD_Daemon *daemon, int connection, uint32_t origin);

/// Who is behind a connection: the number given to `http_adopt`, or 0 for a client of the daemon's own listener.
uint32_t http_origin(struct MHD_Connection *connection);

/// The same, by the connection's address.
uint32_t http_address_origin(const struct sockaddr *address);

/// A connection's descriptor; -1 where it has none any more.
int http_descriptor(struct MHD_Connection *connection);
