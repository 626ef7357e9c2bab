#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "recipe.h"

#define EXEC_PIPE 3  // the one descriptor besides 0, 1, 2 that the runtime's process keeps, until it executes

// How the runtime's process tells pid 1 that it could not become the runtime.
struct exec_failure {
    enum strata_stage stage;
    int error;
};

static _Noreturn void give_up(enum strata_stage stage) {
    struct exec_failure failure = {stage, errno};
    if (write(EXEC_PIPE, &failure, sizeof failure) < 0) _exit(127);
    _exit(126);
}

// When memory runs out, the kernel shall take the runtime, not pid 1, which has the news to tell.
static void prefer_for_oom(int score) {
    char text[16];
    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);  // our own /proc files are ours again; exec(2) would do the same in a moment
    int file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (file < 0) return;
    int length = snprintf(text, sizeof text, "%d", score);
    if (write(file, text, (size_t)length) < 0) errno = 0;  // a host that set it higher keeps it
    close(file);
}

static _Noreturn void become_runtime(const struct plan *plan, int pipe) {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    prefer_for_oom(plan->oom_score);
    if (pipe != EXEC_PIPE && dup3(pipe, EXEC_PIPE, O_CLOEXEC) < 0) _exit(127);
    if (syscall(SYS_close_range, EXEC_PIPE + 1, ~0U, 0) != 0) give_up(STRATA_STAGE_RUNTIME);
    if (chdir(plan->start_directory) != 0) give_up(STRATA_STAGE_RUNTIME);
    execve(plan->arguments[0], plan->arguments, plan->variables);
    give_up(STRATA_STAGE_EXEC);
}

static int start_runtime(const struct plan *plan, int control) {
    int pipe[2];
    if (pipe2(pipe, O_CLOEXEC) != 0) fail(control, STRATA_STAGE_RUNTIME, "pipe");
    int pid = fork();
    if (pid < 0) fail(control, STRATA_STAGE_RUNTIME, "fork");
    if (pid == 0) become_runtime(plan, pipe[1]);
    close(pipe[1]);
    struct exec_failure failure;
    ssize_t got;
    do got = read(pipe[0], &failure, sizeof failure);
    while (got < 0 && errno == EINTR);
    close(pipe[0]);
    if (got == sizeof failure)
        fail_with(control, failure.stage, failure.error,
                  failure.stage == STRATA_STAGE_EXEC ? plan->arguments[0] : plan->start_directory);
    return pid;
}

static int watch_children(int control) {
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child, NULL);
    int signals = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
    if (signals < 0) fail(control, STRATA_STAGE_RUNTIME, "signalfd");
    return signals;
}

// Orphans of the sandbox end up with pid 1, which must not keep them as zombies. The runtime's own end is the end.
static void reap(int runtime, int control) {
    int status, pid;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        if (pid != runtime) continue;
        struct strata_report exited = {.kind = STRATA_REPORT_EXITED, .value = status};
        report(control, &exited, NULL, 0);
        _exit(0);
    }
}

// Keeps nothing open but the two descriptors it waits for: pid 1 must not hold the output pipe or the listeners.
static void keep_only(int control, int signals) {
    int low = control < signals ? control : signals, high = control < signals ? signals : control;
    for (int number = 1; number <= 2; number++) dup3(0, number, 0);
    if (low > 3) syscall(SYS_close_range, 3, low - 1, 0);
    if (high > low + 1) syscall(SYS_close_range, low + 1, high - 1, 0);
    syscall(SYS_close_range, high + 1, ~0U, 0);
}

// Stops or continues every process but this one. kill(2) with -1 misses none, not even one that is being forked; what
// is stopped can still be killed, and this process goes on watching the server. (A version 1 freezer would hold all
// three.)
static void obey(int control) {
    char order;
    ssize_t got = read(control, &order, 1);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (got == 1 && order == STRATA_ORDER_FREEZE) kill(-1, SIGSTOP);
    else if (got == 1 && order == STRATA_ORDER_THAW) kill(-1, SIGCONT);
    else _exit(0);  // The server has ended. Our end takes the whole sandbox along.
}

void run_runtime(const struct plan *plan, int control, const int *listeners) {
    int signals = watch_children(control);
    int runtime = start_runtime(plan, control);
    struct strata_report started = {.kind = STRATA_REPORT_STARTED};
    if (report(control, &started, listeners, plan->port_count) != 0) _exit(1);
    keep_only(control, signals);
    struct pollfd waiting[2] = {{.fd = signals, .events = POLLIN}, {.fd = control, .events = POLLIN}};
    for (;;) {
        if (poll(waiting, 2, -1) < 0 && errno != EINTR) _exit(1);
        if (waiting[1].revents) obey(control);
        struct signalfd_siginfo information;
        while (read(signals, &information, sizeof information) > 0) continue;
        reap(runtime, control);
    }
}
