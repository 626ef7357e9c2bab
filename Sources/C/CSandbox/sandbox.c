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

// Static, for the recipe never allocates: so it also works after a fork of a process with threads.
static struct plan the_plan;

// One byte between launcher and pid 1. False when the other side is gone.
static bool say(int to) {
    return send(to, "", 1, MSG_NOSIGNAL) == 1;
}

static bool hear(int from) {
    char byte;
    ssize_t got;
    do got = read(from, &byte, 1);
    while (got < 0 && errno == EINTR);
    return got == 1;
}

// As root the last namespace: whatever is left of root's power ends here, after the mounts that needed it, and
// nothing that was mounted above belongs to the namespace that the runtime lives in.
static void enter_user_namespace(int control, int launcher) {
    if (unshare(CLONE_NEWUSER) != 0) fail(control, STRATA_STAGE_USER_NAMESPACE, "unshare");
    if (!say(launcher) || !hear(launcher)) fail_with(control, STRATA_STAGE_USER_NAMESPACE, EPIPE, "map");
}

// Pid 1's part: the recipe.
static _Noreturn void build_and_run(const struct plan *plan, int control, int launcher) {
    int listeners[STRATA_LISTENERS_MAX];
    if (!hear(launcher)) _exit(1);                        // the server cannot hold us: better not to exist
    if (!plan->distinct) map_own_user(plan, control);   // first, for an ordinary user owns nothing before it
    if (setsid() < 0) fail(control, STRATA_STAGE_SESSION, "setsid");  // no terminal to push input into
    umask(022);
    stop_propagation(control);
    open_sources(plan, control);                        // before the new root hides where they are
    make_root(control);
    build_tree(plan, control);
    enter_root(control);                                // from here the host's files have no name
    if (sethostname(plan->hostname, strlen(plan->hostname)) != 0) fail(control, STRATA_STAGE_HOSTNAME, plan->hostname);
    if (!plan->host_network) raise_loopback(control);
    if (!plan->host_network) open_listeners(plan, control, listeners);
    apply_limits(plan, control);                        // before the privileges that allow it
    if (plan->distinct) enter_user_namespace(control, launcher);
    close(launcher);
    become_inside_user(plan, control);
    install_filter(plan, control);                      // last: it refuses most of what came before
    run_runtime(plan, control, listeners);
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
        // CLONE_PARENT: the server is the parent, so it waits for pid 1 and for nobody in between.
        .flags = CLONE_PARENT | CLONE_PIDFD | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS |
                 CLONE_NEWCGROUP | (plan->host_network ? 0 : CLONE_NEWNET) | (plan->distinct ? 0 : CLONE_NEWUSER),
        .pidfd = (uintptr_t)process,
    };
    return syscall(SYS_clone3, &arguments, sizeof arguments);
}

int strata_sandbox_run(int control, int plan_file) {
    struct plan *plan = &the_plan;
    int error = plan_read(plan, plan_file), process = -1, pair[2];
    if (error) fail_with(control, STRATA_STAGE_PLAN, error, "decode");
    close(plan_file);
    join_cgroups(plan, control);                        // before there is anything to limit
    // The output pipe changes hands: programs reopen it as /dev/stdout, which asks for the owner.
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
    struct strata_report born = {.kind = STRATA_REPORT_CREATED, .value = (int32_t)pid};
    if (report(control, &born, &process, 1) != 0 || !say(pair[0])) return 1;
    if (!plan->distinct || !hear(pair[0])) return 0;    // nothing more to do, or pid 1 failed and said so itself
    if (write_user_map(plan, (int)pid) != 0) fail(control, STRATA_STAGE_USER_NAMESPACE, "uid_map");
    return say(pair[0]) ? 0 : 1;
}
