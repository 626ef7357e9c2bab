#pragma once

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>

/// One HTTP exchange for `http_client_perform`. libcurl takes its options as variadic arguments, which Swift cannot
/// pass.
struct http_client_exchange {
    const char *url;
    const char *method;
    /// Lines `Name: value`; may be NULL.
    struct curl_slist *headers;
    /// The request's body; NULL for none.
    const void *body;
    size_t body_bytes;
    /// A PEM file of the authorities that vouch for servers; NULL for the host's own.
    const char *authorities;
    long connect_timeout_milliseconds;
    long total_timeout_milliseconds;
    /// Fewer bytes than this in each second, for `stall_seconds` on end, is a stall.
    long stall_bytes_per_second;
    long stall_seconds;
    /// An announced body that is longer ends the exchange before any of it is read.
    curl_off_t body_limit_bytes;
    /// One line of the response's head, its line end included; anything but `bytes` ends the exchange.
    size_t (*on_head_line)(char *line, size_t size, size_t bytes, void *context);
    /// A piece of the response's body; anything but `bytes` ends the exchange.
    size_t (*on_body)(char *piece, size_t size, size_t bytes, void *context);
    /// Asked about once in a second; anything but 0 ends the exchange.
    int (*is_cancelled)(void *context, curl_off_t, curl_off_t, curl_off_t, curl_off_t);
    /// Handed to the callbacks as it is.
    void *context;
};

/// Makes libcurl ready, once for the process; call it from as many threads as like to. `false` when it cannot be.
bool http_client_prepare(void);

/// Runs an exchange to its end on a handle of `curl_easy_init`, which keeps its connection for the next.
///
/// `message` gets libcurl's words for a failure. The status is that of the last response; 0 when there was none.
CURLcode http_client_perform(
    CURL *handle, const struct http_client_exchange *exchange, long *status, char message[CURL_ERROR_SIZE]);
