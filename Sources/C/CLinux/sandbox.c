#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "CLinux.h"

#define WAIT_FOR_PIDFD 3  // P_PIDFD, since glibc 2.36

int clinux_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

int clinux_message_pair(int ends[2]) { return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends); }

int clinux_memory_file(const char *name) { return memfd_create(name, MFD_CLOEXEC); }

int clinux_pidfd_open(pid_t process) { return (int)syscall(SYS_pidfd_open, process, 0); }

int clinux_pidfd_send_signal(int process, int signal) {
    return (int)syscall(SYS_pidfd_send_signal, process, signal, NULL, 0);
}

int clinux_pidfd_reap(int process, int *exit_code) {
    siginfo_t information = {0};
    int result;
    do result = waitid((idtype_t)WAIT_FOR_PIDFD, (id_t)process, &information, WEXITED | WNOHANG);
    while (result < 0 && errno == EINTR);
    if (result < 0) return -1;
    if (information.si_pid == 0) return 0;
    *exit_code = information.si_code == CLD_EXITED ? information.si_status : 128 + information.si_status;
    return 1;
}

int clinux_pass_credentials(int socket) {
    int on = 1;
    return setsockopt(socket, SOL_SOCKET, SO_PASSCRED, &on, sizeof on);
}

static void take_descriptors(struct cmsghdr *header, int *descriptors, size_t *count) {
    size_t arrived = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < arrived && *count < CLINUX_DESCRIPTORS_MAX; i++)
        memcpy(&descriptors[(*count)++], CMSG_DATA(header) + i * sizeof(int), sizeof(int));
}

ssize_t clinux_receive(
    int socket, void *bytes, size_t length, int flags, int *descriptors, size_t *count, pid_t *sender) {
    struct iovec part = {.iov_base = bytes, .iov_len = length};
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int) * CLINUX_DESCRIPTORS_MAX) + CMSG_SPACE(sizeof(struct ucred))];
    } ancillary;
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = ancillary.bytes, .msg_controllen = sizeof ancillary.bytes};
    *count = 0;
    *sender = 0;
    ssize_t received;
    do received = recvmsg(socket, &message, flags | MSG_CMSG_CLOEXEC);
    while (received < 0 && errno == EINTR);
    if (received < 0) return -1;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level != SOL_SOCKET) continue;
        if (header->cmsg_type == SCM_RIGHTS) take_descriptors(header, descriptors, count);
        if (header->cmsg_type == SCM_CREDENTIALS) {
            struct ucred credentials;
            memcpy(&credentials, CMSG_DATA(header), sizeof credentials);
            *sender = credentials.pid;
        }
    }
    return received;
}

// Runs `probe` in a child, whose namespaces it may change, and returns the errno that it ended with; 0 for success.
// Probes use only calls that are safe after a fork of a multithreaded process.
static int in_child(int (*probe)(int), int argument) {
    int status;
    pid_t child = fork();
    if (child < 0) return errno;
    if (child == 0) _exit(probe(argument) == 0 ? 0 : errno & 0x7f);
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR) return errno;
    return WIFEXITED(status) ? WEXITSTATUS(status) : EIO;
}

static int unshare_all(int flags) { return unshare(flags); }

static int write_text(const char *path, const char *text) {
    int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0) return -1;
    ssize_t written = write(file, text, strlen(text));
    close(file);
    return written < 0 ? -1 : 0;
}

// Maps the caller to root in its new user namespace: an unmapped user can create no files there.
static int map_self(unsigned uid, unsigned gid) {
    char line[32];
    snprintf(line, sizeof line, "0 %u 1", uid);
    if (write_text("/proc/self/uid_map", line) != 0) return -1;
    // An unprivileged user may map its group only after setgroups is disabled (user_namespaces(7)).
    if (write_text("/proc/self/setgroups", "deny") != 0) return -1;
    snprintf(line, sizeof line, "0 %u 1", gid);
    return write_text("/proc/self/gid_map", line);
}

static int mount_overlay(int flags) {
    unsigned uid = geteuid(), gid = getegid();
    const char *options = flags & CLONE_NEWUSER ? "lowerdir=/tmp/a:/tmp/b,userxattr" : "lowerdir=/tmp/a:/tmp/b";
    if (unshare(flags) != 0 || (flags & CLONE_NEWUSER && map_self(uid, gid) != 0)) return -1;
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) return -1;
    if (mount("probe", "/tmp", "tmpfs", 0, "size=16k") != 0) return -1;
    if (mkdir("/tmp/a", 0755) != 0 || mkdir("/tmp/b", 0755) != 0) return -1;
    return mount("probe", "/tmp", "overlay", MS_RDONLY, options);
}

// With invalid arguments, an existing call fails with an error other than ENOSYS.
int clinux_has_detached_mounts(void) {
    return (syscall(SYS_mount_setattr, -1, NULL, 0, NULL, 0) == 0 || errno != ENOSYS) &&
           (syscall(SYS_open_tree, -1, NULL, 0) >= 0 || errno != ENOSYS);
}

int clinux_probe_namespaces(int flags, int in_user_namespace) {
    return in_child(unshare_all, flags | (in_user_namespace ? CLONE_NEWUSER : 0));
}

int clinux_probe_overlay(int in_user_namespace) {
    return in_child(mount_overlay, CLONE_NEWNS | (in_user_namespace ? CLONE_NEWUSER : 0));
}
