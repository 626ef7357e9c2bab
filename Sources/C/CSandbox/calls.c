#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "recipe.h"

// The kernel's structures may be longer than those that this was compiled with (seccomp_unotify(2)).
#define MESSAGE_BYTES 512

// The calls that were reported, a bit for each by number: each is reported once.
static uint8_t reported[PLAN_CALLS_BYTES];

static bool has_bit(const uint8_t *bits, uint32_t number) {
    return number < PLAN_CALLS_BYTES * 8 && bits[number / 8] >> (number % 8) & 1;
}

// What the filter returns for calls that pid 1 decides on without refusing any (`SeccompFilter.counted`).
#define COUNTED (SECCOMP_RET_USER_NOTIF | 1)

// A host that supervises the server itself leaves no second listener: refused calls then fail without a report, and
// sessions are not counted.
static void answer_in_the_kernel(struct sock_filter *filter, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (filter[i].code != (BPF_RET | BPF_K)) continue;
        if (filter[i].k == SECCOMP_RET_USER_NOTIF) filter[i].k = SECCOMP_RET_ERRNO | EPERM;
        if (filter[i].k == COUNTED) filter[i].k = SECCOMP_RET_ALLOW;
    }
}

int install_filter(struct plan *plan, int control) {
    struct sock_fprog program = {.len = (unsigned short)plan->filter_count, .filter = plan->filter};
    uint16_t sizes[3];
    if (syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, sizes) != 0) fail(control, STRATA_STAGE_SECCOMP, "sizes");
    if (sizes[0] > MESSAGE_BYTES || sizes[1] > MESSAGE_BYTES)
        fail_with(control, STRATA_STAGE_SECCOMP, E2BIG, "sizes");
    long listener =
        syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
    if (listener >= 0) return (int)listener;
    if (errno != EBUSY) fail(control, STRATA_STAGE_SECCOMP, "filter");
    answer_in_the_kernel(plan->filter, plan->filter_count);
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) != 0) fail(control, STRATA_STAGE_SECCOMP, "filter");
    return -1;
}

static void report_call(int control, const struct seccomp_data *call) {
    uint32_t number = (uint32_t)call->nr;
    if (number >= PLAN_CALLS_BYTES * 8 || has_bit(reported, number)) return;
    reported[number / 8] |= 1 << (number % 8);
    struct strata_report message = {.kind = STRATA_REPORT_REFUSED, .value = call->nr,
                                    .stage = (uint32_t)call->args[1], .error = (int32_t)call->args[0]};
    if (report(control, &message, NULL, 0) != 0) _exit(0);
}

void answer_call(const struct plan *plan, int listener, int control) {
    static union {
        struct seccomp_notif request;
        struct seccomp_notif_resp response;
        char bytes[MESSAGE_BYTES];
    } message;
    memset(&message, 0, sizeof message);
    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &message) != 0) return;  // its caller was killed meanwhile
    struct seccomp_data call = message.request.data;
    uint64_t id = message.request.id;
    int caller = (int)message.request.pid;
    memset(&message, 0, sizeof message);
    message.response.id = id;
    bool is_admitted = call.nr == SYS_setsid && may_make_session(caller);
    if (is_admitted || plan->performs_refused_calls) message.response.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
    else message.response.error = has_bit(plan->forbidden_calls, (uint32_t)call.nr) ? -EPERM : -ENOSYS;
    if (!is_admitted) report_call(control, &call);  // first: the program may say next why it fails
    ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &message);
}
