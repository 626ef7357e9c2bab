#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "recipe.h"

// As much as a program that watches its files for changes needs.
#define INOTIFY_INSTANCES "8"
#define INOTIFY_WATCHES "4096"

// The inode of the initial user namespace (PROC_USER_INIT_INO in linux/proc_ns.h).
#define INITIAL_USER_NAMESPACE 0xEFFFFFFD

static int write_text_at(int folder, const char *path, const char *text) {
    int file = openat(folder, path, O_WRONLY | O_CLOEXEC);
    if (file < 0) return -1;
    ssize_t written = write(file, text, strlen(text));
    int error = errno;
    close(file);
    errno = error;
    return written == (ssize_t)strlen(text) ? 0 : -1;
}

int write_text(const char *path, const char *text) { return write_text_at(AT_FDCWD, path, text); }

int open_user_limits(void) {
    struct stat namespace;
    if (stat("/proc/self/ns/user", &namespace) == 0 && namespace.st_ino == INITIAL_USER_NAMESPACE) return -1;
    return open("/proc/sys/user", O_PATH | O_DIRECTORY | O_CLOEXEC);
}

void bound_watches(int user_limits) {
    if (user_limits < 0) return;
    write_text_at(user_limits, "max_inotify_instances", INOTIFY_INSTANCES);
    write_text_at(user_limits, "max_inotify_watches", INOTIFY_WATCHES);
    close(user_limits);
}

void map_own_user(const struct plan *plan, int control) {
    char line[64];
    // The kernel lets an unprivileged user map its group only after setgroups is disabled (user_namespaces(7)).
    if (write_text("/proc/self/setgroups", "deny") != 0) fail(control, STRATA_STAGE_OWN_MAP, "setgroups");
    snprintf(line, sizeof line, "%u %u 1", plan->inside_uid, plan->host_uid);
    if (write_text("/proc/self/uid_map", line) != 0) fail(control, STRATA_STAGE_OWN_MAP, "uid_map");
    snprintf(line, sizeof line, "%u %u 1", plan->inside_gid, plan->host_gid);
    if (write_text("/proc/self/gid_map", line) != 0) fail(control, STRATA_STAGE_OWN_MAP, "gid_map");
    bound_watches(open_user_limits());
}

int write_user_map(const struct plan *plan, int pid) {
    char path[64], line[64];
    snprintf(path, sizeof path, "/proc/%d/uid_map", pid);
    snprintf(line, sizeof line, "%u %u 1", plan->inside_uid, plan->host_uid);
    if (write_text(path, line) != 0) return -1;
    snprintf(path, sizeof path, "/proc/%d/gid_map", pid);
    snprintf(line, sizeof line, "%u %u 1", plan->inside_gid, plan->host_gid);
    return write_text(path, line);
}

void become_owner(const struct plan *plan, int control) {
    if (prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0) != 0)  // else the first setresuid drops them
        fail(control, STRATA_STAGE_USER_NAMESPACE, "securebits");
    if (syscall(SYS_setresgid, plan->host_gid, plan->host_gid, plan->host_gid) != 0)
        fail(control, STRATA_STAGE_USER_NAMESPACE, "setresgid");
    if (syscall(SYS_setresuid, plan->host_uid, plan->host_uid, plan->host_uid) != 0)
        fail(control, STRATA_STAGE_USER_NAMESPACE, "setresuid");
}

static void drop_capabilities(int control) {
    // The bounding set first: dropping from it needs a capability that capset below removes.
    for (int capability = 0; capability <= 63; capability++)
        if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0) {
            if (errno == EINVAL) break;  // one past the kernel's last capability
            fail(control, STRATA_STAGE_PRIVILEGES, "bounding set");
        }
    // uid 0 has no privileges from here on, and these bits are locked.
    unsigned long locked = SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP |
                           SECBIT_NO_SETUID_FIXUP_LOCKED | SECBIT_KEEP_CAPS_LOCKED | SECBIT_NO_CAP_AMBIENT_RAISE |
                           SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED;
    if (prctl(PR_SET_SECUREBITS, locked, 0, 0, 0) != 0) fail(control, STRATA_STAGE_PRIVILEGES, "securebits");
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0)
        fail(control, STRATA_STAGE_PRIVILEGES, "ambient set");
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {0};
    if (syscall(SYS_capset, &header, none) != 0) fail(control, STRATA_STAGE_PRIVILEGES, "capset");
}

void become_inside_user(const struct plan *plan, int control) {
    // Drops root's groups. An unprivileged user's cannot be dropped: setgroups is disabled for the map.
    if (plan->distinct && syscall(SYS_setgroups, 0, NULL) != 0) fail(control, STRATA_STAGE_PRIVILEGES, "setgroups");
    if (syscall(SYS_setresgid, plan->inside_gid, plan->inside_gid, plan->inside_gid) != 0)
        fail(control, STRATA_STAGE_PRIVILEGES, "setresgid");
    if (syscall(SYS_setresuid, plan->inside_uid, plan->inside_uid, plan->inside_uid) != 0)
        fail(control, STRATA_STAGE_PRIVILEGES, "setresuid");
    drop_capabilities(control);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) fail(control, STRATA_STAGE_PRIVILEGES, "no_new_privs");
    // Pid 1 has the runtime's uid: this keeps its memory and descriptors from the runtime (proc(5)).
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) fail(control, STRATA_STAGE_PRIVILEGES, "dumpable");
}

// Programs' limit on descriptors. Pid 1 keeps its own: a user's descriptors in flight are compared with the sender's
// limit (unix(7), ETOOMANYREFS), and programs of the same user could keep pid 1 from sending any.
static struct rlimit program_descriptors = {RLIM_INFINITY, RLIM_INFINITY};

int limit_descriptors(void) { return setrlimit(RLIMIT_NOFILE, &program_descriptors); }

void apply_limits(const struct plan *plan, int control) {
    for (size_t i = 0; i < plan->limit_count; i++) {
        struct rlimit wanted = plan->limits[i].value, current;
        if (getrlimit(plan->limits[i].resource, &current) != 0) fail(control, STRATA_STAGE_LIMITS, "getrlimit");
        // Never above the inherited hard limit: the operator set it, and raising it needs a privilege.
        if (wanted.rlim_max > current.rlim_max) wanted.rlim_cur = wanted.rlim_max = current.rlim_max;
        if (plan->limits[i].resource == RLIMIT_NOFILE) program_descriptors = wanted;
        else if (setrlimit(plan->limits[i].resource, &wanted) != 0) fail(control, STRATA_STAGE_LIMITS, "setrlimit");
    }
}
