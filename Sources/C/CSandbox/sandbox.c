#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "recipe.h"

// Static, because the recipe never allocates: so it also works after a fork of a multithreaded process.
static struct plan static_plan;

// Signals the peer of the handshake between launcher and pid 1. False when it has ended.
static bool signal_peer(int socket) {
    return send(socket, "", 1, MSG_NOSIGNAL) == 1;
}

// Waits for the peer's signal. False when it has ended.
static bool await_peer(int socket) {
    char byte;
    ssize_t got;
    do got = read(socket, &byte, 1);
    while (got < 0 && errno == EINTR);
    return got == 1;
}

// As root, the user namespace is the last one: root's privileges end here, after the mounts that needed them, and no
// mount made before belongs to the runtime's namespace. Its owner is the environment's own uid: the kernel counts what
// is used inside, such as inotify instances and queued signals, for the owner too, whose limits other environments and
// the host's programs would feel.
static void enter_user_namespace(const struct plan *plan, int control, int launcher, int user_limits) {
    become_owner(plan, control);
    if (unshare(CLONE_NEWUSER) != 0) fail(control, STRATA_STAGE_USER_NAMESPACE, "unshare");
    if (!signal_peer(launcher) || !await_peer(launcher))
        fail_with(control, STRATA_STAGE_USER_NAMESPACE, EPIPE, "map");
    bound_watches(user_limits);
}

// The recipe, which pid 1 performs.
static _Noreturn void build_and_run(struct plan *plan, int control, int launcher) {
    int listeners[STRATA_LISTENERS_MAX];
    if (!await_peer(launcher)) _exit(1);                // the server did not get our pidfd and could not kill us
    if (!plan->distinct) map_own_user(plan, control);   // first: an unmapped user has no rights in its namespace
    if (setsid() < 0) fail(control, STRATA_STAGE_SESSION, "setsid");  // no terminal whose input could be forged
    umask(022);
    if (!plan->host_network) bound_buffers();
    int user_limits = plan->distinct ? open_user_limits() : -1;
    stop_propagation(control);
    open_sources(plan, control);                        // before the new root hides the host's paths
    make_root(control);
    build_tree(plan, control);
    enter_root(control);                                // from here on the host's files have no path
    if (sethostname(plan->hostname, strlen(plan->hostname)) != 0) fail(control, STRATA_STAGE_HOSTNAME, plan->hostname);
    if (!plan->host_network) raise_loopback(control);
    if (!plan->host_network) open_listeners(plan, control, listeners);
    open_oom_score(control);                            // before pid 1 stops being dumpable
    apply_limits(plan, control);                        // before the privileges that it needs are dropped
    if (plan->distinct) enter_user_namespace(plan, control, launcher, user_limits);
    close(launcher);
    become_inside_user(plan, control);
    int refused_calls = install_filter(plan, control);  // last: it forbids most of the steps before
    run_runtime(plan, control, refused_calls, listeners);
}

static void join_cgroups(const struct plan *plan, int control) {
    for (size_t i = 0; i < plan->cgroup_count; i++) {
        int file = open(plan->cgroups[i], O_WRONLY | O_CLOEXEC);
        if (file < 0 || write(file, "0", 1) != 1) fail(control, STRATA_STAGE_CGROUP, plan->cgroups[i]);
        close(file);
    }
}

static long clone_pid_1(const struct plan *plan, int *process) {
    struct clone_args arguments = {
        // CLONE_PARENT: the server becomes the parent of pid 1, so it can reap it after the launcher has ended.
        .flags = CLONE_PARENT | CLONE_PIDFD | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS |
                 CLONE_NEWCGROUP | (plan->host_network ? 0 : CLONE_NEWNET) | (plan->distinct ? 0 : CLONE_NEWUSER),
        .pidfd = (uintptr_t)process,
    };
    return syscall(SYS_clone3, &arguments, sizeof arguments);
}

int strata_sandbox_run(int control, int plan_file) {
    struct plan *plan = &static_plan;
    int error = plan_read(plan, plan_file), process = -1, pair[2];
    if (error) fail_with(control, STRATA_STAGE_PLAN, error, "decode");
    close(plan_file);
    join_cgroups(plan, control);                        // before any process that they limit exists
    // Programs reopen their output as /dev/stdout, which requires that they own the pipe.
    if (plan->distinct && fchown(STDOUT_FILENO, plan->host_uid, plan->host_gid) != 0)
        fail(control, STRATA_STAGE_OUTPUT, "fchown");
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) fail(control, STRATA_STAGE_HANDSHAKE, "pair");
    long pid = clone_pid_1(plan, &process);
    if (pid < 0) fail(control, STRATA_STAGE_NAMESPACES, "clone3");
    if (pid == 0) {
        close(pair[0]);
        build_and_run(plan, control, pair[1]);
    }
    close(pair[1]);
    struct strata_report created = {.kind = STRATA_REPORT_CREATED, .value = (int32_t)pid};
    if (report(control, &created, &process, 1) != 0 || !signal_peer(pair[0])) return 1;
    if (!plan->distinct || !await_peer(pair[0])) return 0;  // nothing left to do, or pid 1 has reported its failure
    if (write_user_map(plan, (int)pid) != 0) fail(control, STRATA_STAGE_USER_NAMESPACE, "uid_map");
    return signal_peer(pair[0]) ? 0 : 1;
}
