// A custom runtime for 64-bit Arm without any library, so that a compiler for another host can make it: asks the
// runtime API for an event, answers with it and the name of its processor, and again.
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html
typedef unsigned long size;

// System calls of 64-bit Arm: linux/include/uapi/asm-generic/unistd.h.
enum { READ = 63, WRITE = 64, EXIT = 93, SOCKET = 198, CONNECT = 203 };

static char answer[65536], request[65536];

static long call(long number, long a, long b, long c) {
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2) : "memory");
    return x0;
}

static void leave(int status) {
    for (;;) call(EXIT, status, 0, 0);
}

static char *append(char *to, const char *text, size count) {
    for (size i = 0; i < count; i++) *to++ = text[i];
    return to;
}

static char *append_text(char *to, const char *text) {
    while (*text) *to++ = *text++;
    return to;
}

static char *append_number(char *to, size number) {
    char digits[20];
    int count = 0;
    do digits[count++] = (char)('0' + number % 10);
    while (number /= 10);
    while (count) *to++ = digits[--count];
    return to;
}

// Finds a text in an answer; the position after it.
static char *after(char *text, const char *wanted) {
    for (; *text; text++) {
        size i = 0;
        while (wanted[i] && (text[i] | 32) == (wanted[i] | 32)) i++;
        if (!wanted[i]) return text + i;
    }
    leave(3);
    return 0;
}

// Sends a request on a connection of its own, which the server closes after its answer.
static size exchange(char *end) {
    struct {
        unsigned short family, port;
        unsigned address, padding[2];
    } where = {2, 9001 >> 8 | (9001 & 255) << 8, 0x0100007f, {0, 0}};
    long connection = call(SOCKET, 2, 1, 0);
    if (call(CONNECT, connection, (long)&where, sizeof where) != 0) leave(4);
    call(WRITE, connection, (long)request, end - request);
    size filled = 0;
    for (long got; (got = call(READ, connection, (long)answer + (long)filled, (long)(sizeof answer - filled - 1))) > 0;)
        filled += (size)got;
    answer[filled] = 0;
    call(57, connection, 0, 0);
    return filled;
}

void _start(void) {
    for (;;) {
        size filled = exchange(append_text(
            request, "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
        char *identity = after(answer, "lambda-runtime-aws-request-id: ");
        char *event = after(answer, "\r\n\r\n");
        size count = filled - (size)(event - answer);
        char *end = append_text(request, "POST /2018-06-01/runtime/invocation/");
        end = append(end, identity, 36);
        end = append_text(end, "/response HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ");
        end = append_number(end, count + 10);
        end = append_text(end, "\r\n\r\n{\"arm64\":");
        end = append(end, event, count);
        exchange(append_text(end, "}"));
    }
}
