#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// System calls for processes and namespaces that Swift's Glibc module lacks. Each returns the call's result and sets
// errno; LinuxSystem wraps them with types.

// pipe2(2) with O_CLOEXEC: a spawn on another thread must not inherit it before a separate call could set the flag.
int clinux_pipe(int ends[2]);

// socketpair(2) of SOCK_SEQPACKET with SOCK_CLOEXEC.
int clinux_message_pair(int ends[2]);

// memfd_create(2) with MFD_CLOEXEC.
int clinux_memory_file(const char *name);

// pidfd_open(2); the descriptor is close-on-exec by itself.
int clinux_pidfd_open(pid_t process);

// pidfd_send_signal(2).
int clinux_pidfd_send_signal(int process, int signal);

// waitid(2) with P_PIDFD, WEXITED and WNOHANG: 1 when the process was reaped, 0 when it is running, -1 with errno.
// *exit_code is the exit code, or 128 + the signal that ended it.
int clinux_pidfd_reap(int process, int *exit_code);

// The most descriptors that one message carries (unix(7), SCM_MAX_FD).
#define CLINUX_DESCRIPTORS_MAX 253

// setsockopt(2) with SO_PASSCRED: messages that are received carry their sender's credentials.
int clinux_pass_credentials(int socket);

// recvmsg(2) with MSG_CMSG_CLOEXEC and `flags`. Receives every descriptor of the message, into an array of
// CLINUX_DESCRIPTORS_MAX, and sets *count: the kernel would close one that does not fit here and now, and closing a
// foreign socket can block. *sender is the process that sent it, by the kernel's word; 0 where it is not told.
ssize_t clinux_receive(
    int socket, void *bytes, size_t length, int flags, int *descriptors, size_t *count, pid_t *sender);

// Whether a child process can create the namespaces of `flags` (CLONE_NEW*), with `in_user_namespace` together with a
// new user namespace: 0, or the errno of the failure.
int clinux_probe_namespaces(int flags, int in_user_namespace);

// Whether a child process in a new mount namespace, with `in_user_namespace` also a user namespace, can mount a
// read-only overlay of two directories: 0, or the errno of the failure.
int clinux_probe_overlay(int in_user_namespace);

// Whether the kernel has open_tree(2) and mount_setattr(2): 1 or 0.
int clinux_has_detached_mounts(void);

// The CLONE_NEW* constants, for Swift.
enum clinux_namespace {
    CLINUX_NEW_MOUNT = 0x00020000,
    CLINUX_NEW_CGROUP = 0x02000000,
    CLINUX_NEW_UTS = 0x04000000,
    CLINUX_NEW_IPC = 0x08000000,
    CLINUX_NEW_USER = 0x10000000,
    CLINUX_NEW_PID = 0x20000000,
    CLINUX_NEW_NETWORK = 0x40000000,
};
