// A custom runtime in C, statically linked: asks the runtime API for an event, answers with it, and again.
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html
#include "runtime_api.h"

static char result[8 << 20];

int main(void) {
    connect_to_runtime_api();
    for (;;) {
        char path[128], *request_id = next_event();
        snprintf(path, sizeof path, "invocation/%s/response", request_id);
        int length = snprintf(result, sizeof result, "{\"c\":%s}", body);
        post(path, "Content-Type: application/json\r\n", result, (size_t)length);
        free(request_id);
    }
}
