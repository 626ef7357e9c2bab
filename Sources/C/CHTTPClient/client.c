#include "CHTTPClient.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <string.h>
#include <strings.h>

static pthread_once_t prepared = PTHREAD_ONCE_INIT;
static bool is_ready;

static void prepare(void) { is_ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK; }

bool http_client_prepare(void) {
    pthread_once(&prepared, prepare);
    return is_ready;
}

static bool ends_with(const char *text, const char *ending) {
    size_t length = strlen(text), tail = strlen(ending);
    return length >= tail && strcasecmp(text + length - tail, ending) == 0;
}

// Hosts that a proxy cannot reach for us: localhost and its subdomains (RFC 6761), 127.0.0.0/8 and ::1.
static bool is_loopback(CURLU *url) {
    char *host = NULL;
    if (curl_url_get(url, CURLUPART_HOST, &host, 0) != CURLUE_OK) return false;
    struct in_addr four = {0};
    bool is_four = inet_pton(AF_INET, host, &four) == 1 && ntohl(four.s_addr) >> 24 == 127;
    bool answer = is_four || strcasecmp(host, "localhost") == 0 || ends_with(host, ".localhost") ||
                  strcmp(host, "[::1]") == 0;
    curl_free(host);
    return answer;
}

static void set_rules(CURL *handle) {
    // Time-outs without SIGALRM, which any thread of the process could get.
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    // Does not wait for the resolver's thread, or a name server that does not answer would prolong the time-out.
    curl_easy_setopt(handle, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    // A signature is valid for one address only, and a server must not redirect us to another.
    curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(handle, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(handle, CURLOPT_UNRESTRICTED_AUTH, 0L);
    curl_easy_setopt(handle, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
}

static void set_limits(CURL *handle, const struct http_client_exchange *exchange) {
    curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, exchange->connect_timeout_milliseconds);
    curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, exchange->total_timeout_milliseconds);
    curl_easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, exchange->stall_bytes_per_second);
    curl_easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, exchange->stall_seconds);
    curl_easy_setopt(handle, CURLOPT_MAXFILESIZE_LARGE, exchange->body_limit_bytes);
}

static void set_callbacks(CURL *handle, const struct http_client_exchange *exchange) {
    curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, exchange->on_head_line);
    curl_easy_setopt(handle, CURLOPT_HEADERDATA, exchange->context);
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, exchange->on_body);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, exchange->context);
    curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, exchange->is_cancelled);
    curl_easy_setopt(handle, CURLOPT_XFERINFODATA, exchange->context);
}

static void set_request(CURL *handle, const struct http_client_exchange *exchange) {
    if (exchange->body != NULL) {
        curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)exchange->body_bytes);
        curl_easy_setopt(handle, CURLOPT_POSTFIELDS, exchange->body);
    }
    if (strcmp(exchange->method, "HEAD") == 0) curl_easy_setopt(handle, CURLOPT_NOBODY, 1L);
    if (exchange->authorities != NULL) curl_easy_setopt(handle, CURLOPT_CAINFO, exchange->authorities);
    curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, exchange->method);
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, exchange->headers);
}

CURLcode http_client_perform(
    CURL *handle, const struct http_client_exchange *exchange, long *status, char message[CURL_ERROR_SIZE]) {
    message[0] = '\0';
    *status = 0;
    CURLU *url = curl_url();
    if (url == NULL) return CURLE_OUT_OF_MEMORY;
    CURLcode code = CURLE_URL_MALFORMAT;
    // The path is sent as it is: `..` and `//` are names in some services.
    if (curl_url_set(url, CURLUPART_URL, exchange->url, CURLU_PATH_AS_IS) == CURLUE_OK) {
        curl_easy_reset(handle);
        set_rules(handle);
        set_limits(handle, exchange);
        set_callbacks(handle, exchange);
        set_request(handle, exchange);
        curl_easy_setopt(handle, CURLOPT_PATH_AS_IS, 1L);
        curl_easy_setopt(handle, CURLOPT_CURLU, url);
        // An empty proxy means none, whatever the environment says.
        if (is_loopback(url)) curl_easy_setopt(handle, CURLOPT_PROXY, "");
        curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, message);
        code = curl_easy_perform(handle);
        curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, status);
        // The handle must keep no pointer to the exchange, which ends here.
        curl_easy_reset(handle);
    }
    curl_url_cleanup(url);
    return code;
}
