#include "report.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int report(int control, const struct strata_report *report, const int *descriptors, size_t count) {
    struct iovec part = {.iov_base = (void *)report, .iov_len = sizeof *report};
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int) * STRATA_LISTENERS_MAX)];
    } ancillary;
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (count > 0) {
        memset(&ancillary, 0, sizeof ancillary);
        message.msg_control = ancillary.bytes;
        message.msg_controllen = CMSG_SPACE(sizeof(int) * count);
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int) * count);
        memcpy(CMSG_DATA(header), descriptors, sizeof(int) * count);
    }
    ssize_t sent;
    do sent = sendmsg(control, &message, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent < 0 ? -1 : 0;
}

void fail_with(int control, enum strata_stage stage, int error, const char *detail) {
    struct strata_report failure = {.kind = STRATA_REPORT_FAILED, .stage = stage, .error = error};
    if (detail) strncpy(failure.detail, detail, sizeof failure.detail - 1);
    report(control, &failure, NULL, 0);
    _exit(1);
}

void fail(int control, enum strata_stage stage, const char *detail) { fail_with(control, stage, errno, detail); }
