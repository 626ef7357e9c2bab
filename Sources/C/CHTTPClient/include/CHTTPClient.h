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
    /// A PEM file of trusted certificate authorities; NULL for the host's own.
    const char *authorities;
    long connect_timeout_milliseconds;
    long total_timeout_milliseconds;
    /// Fewer bytes per second than this for `stall_seconds` is a stall.
    long stall_bytes_per_second;
    long stall_seconds;
    /// A larger Content-Length ends the exchange before any of the body is read.
    curl_off_t body_limit_bytes;
    /// Called with one line of the response's head and its line end; a result other than `bytes` ends the exchange.
    size_t (*on_head_line)(char *line, size_t size, size_t bytes, void *context);
    /// Called with a piece of the response's body; a result other than `bytes` ends the exchange.
    size_t (*on_body)(char *piece, size_t size, size_t bytes, void *context);
    /// Called about once per second; a result other than 0 ends the exchange.
    int (*is_cancelled)(void *context, curl_off_t, curl_off_t, curl_off_t, curl_off_t);
    /// Passed to the callbacks.
    void *context;
};

/// Initializes libcurl, once per process; may be called on any thread. `false` when that fails.
bool http_client_prepare(void);

/// Performs an exchange to its end on a handle of `curl_easy_init`, which keeps its connection for the next.
///
/// `message` gets libcurl's error message. The status is that of the last response; 0 when there was none.
CURLcode http_client_perform(
    CURL *handle, const struct http_client_exchange *exchange, long *status, char message[CURL_ERROR_SIZE]);
