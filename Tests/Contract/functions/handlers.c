// The handlers of test_handlers.py for a custom runtime. handlers.py has the same ones in Python.
//
// `_HANDLER` selects one. Events are numbers or strings, for which atol() and the raw JSON suffice.
#include "runtime_api.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

extern char **environ;

static char result[8 << 20];
static size_t result_bytes;
static atomic_int ticks;

static void write_text(const char *text) {
    size_t length = strlen(text);
    if (result_bytes + length >= sizeof result) fail("result");
    memcpy(result + result_bytes, text, length);
    result_bytes += length;
}

static void write_number(long number) {
    char text[32];
    snprintf(text, sizeof text, "%ld", number);
    write_text(text);
}

// Some bytes as a JSON string; NULL as null.
static void write_string(const char *text, size_t length) {
    write_text(text ? "\"" : "null");
    for (size_t index = 0; text && index < length; index++) {
        unsigned char byte = (unsigned char)text[index];
        char escaped[8] = {(char)byte};
        if (byte == '"' || byte == '\\' || byte < ' ') snprintf(escaped, sizeof escaped, "\\u%04x", byte);
        write_text(escaped);
    }
    write_text(text ? "\"" : "");
}

// A header of the event, as a string of a JSON object.
static void write_header(const char *key, const char *name) {
    char *value = header(name);
    write_text(key);
    write_string(value, value ? strlen(value) : 0);
    free(value);
}

static void *tick(void *unused) {
    for (;; usleep(10000)) atomic_fetch_add(&ticks, 1);
    return unused;
}

// Counts its calls. Then waits for `event` seconds or, below zero, exits with that status.
static void visit(void) {
    static long count;
    long event = atol(body);
    count++;
    if (event < 0) exit((int)-event);
    sleep((unsigned)event);
    write_number(count);
}

static void background(void) {
    static pthread_t thread;
    if (!thread && pthread_create(&thread, NULL, tick, NULL) != 0) fail("pthread_create");
    int before = ticks;
    usleep(200000);
    write_text("[");
    write_number(before);
    write_text(", ");
    write_number(ticks);
    write_text("]");
}

static void environment(void) {
    for (char **variable = environ; *variable; variable++) {
        size_t name = strcspn(*variable, "=");
        write_text(variable == environ ? "{" : ",");
        write_string(*variable, name);
        write_text(":");
        write_string(*variable + name + 1, strlen(*variable + name + 1));
    }
    write_text("}");
}

static void describe(void) {
    char *deadline = header("Lambda-Runtime-Deadline-Ms"), *client = header("Lambda-Runtime-Client-Context");
    write_header("{\"request\":", "Lambda-Runtime-Aws-Request-Id");
    write_header(",\"arn\":", "Lambda-Runtime-Invoked-Function-Arn");
    write_header(",\"trace\":", "Lambda-Runtime-Trace-Id");
    write_header(",\"identity\":", "Lambda-Runtime-Cognito-Identity");
    write_text(",\"deadline\":");
    write_text(deadline ? deadline : "null");
    write_text(",\"client\":");  // which is JSON already
    write_text(client ? client : "null");
    write_text("}");
    free(deadline);
    free(client);
}

static void search(void) {
    char greeting[256] = {0};
    FILE *output = popen("greet", "r");
    if (!output || !fgets(greeting, sizeof greeting, output)) fail("greet");
    pclose(output);
    write_text("[");
    write_string(greeting, strlen(greeting));
    write_text(",");
    write_string(getenv("PATH"), strlen(getenv("PATH")));
    write_text(",");
    write_string(getenv("LD_LIBRARY_PATH"), strlen(getenv("LD_LIBRARY_PATH")));
    write_text("]");
}

// Runs a handler. Returns the type of the error that the result describes, or NULL.
static const char *handle(const char *name) {
    if (strcmp(name, "echo") == 0) write_text(body);
    if (strcmp(name, "leave") == 0) exit((int)atol(body));
    if (strcmp(name, "die") == 0) raise((int)atol(body));
    if (strcmp(name, "visit") == 0) visit();
    if (strcmp(name, "background") == 0) background();
    if (strcmp(name, "environment") == 0) environment();
    if (strcmp(name, "describe") == 0) describe();
    if (strcmp(name, "search") == 0) search();
    if (strcmp(name, "log") == 0) {
        printf("%.*s\n", (int)body_bytes - 2, body + 1);
        write_text("null");
    }
    if (strcmp(name, "sized") == 0) {
        result_bytes = (size_t)atol(body);
        memset(result, 'x', result_bytes);
        result[0] = result[result_bytes - 1] = '"';
    }
    if (strcmp(name, "error") == 0) {
        write_text("{\"errorMessage\": ");
        write_text(body);
        write_text(", \"errorType\": \"ValueError\", \"stackTrace\": [\"handlers.c: error\"]}");
        return "ValueError";
    }
    if (strcmp(name, "custom") == 0) {
        write_text("{\"errorMessage\": \"no tea – 🍵\", \"errorType\": \"OutOfTea\", \"stackTrace\": []}");
        return "OutOfTea";
    }
    return NULL;
}

// Posts the result of an invocation, and logs a refusal.
static void post_result(const char *request_id, const char *error_type) {
    char path[128], headers[256] = "Content-Type: application/json\r\n";
    snprintf(path, sizeof path, "invocation/%s/%s", request_id, error_type ? "error" : "response");
    if (error_type)
        snprintf(headers, sizeof headers, "Lambda-Runtime-Function-Error-Type: %s\r\n", error_type);
    int status = post(path, headers, result, result_bytes);
    if (status != 202) printf("refused with %d: %s\n", status, body);
}

int main(void) {
    const char *handler = getenv("_HANDLER"), *dot = handler ? strchr(handler, '.') : NULL;
    setvbuf(stdout, NULL, _IOLBF, 0);
    connect_to_runtime_api();
    if (!dot || strcmp(dot, ".missing") == 0) {
        const char *fault =
            "{\"errorMessage\": \"there is no such handler\", \"errorType\": \"Runtime.HandlerNotFound\"}";
        post("init/error", "Lambda-Runtime-Function-Error-Type: Runtime.HandlerNotFound\r\n", fault, strlen(fault));
        exit(1);
    }
    for (;;) {
        char *request_id = next_event();
        result_bytes = 0;
        post_result(request_id, handle(dot + 1));
        free(request_id);
    }
}
