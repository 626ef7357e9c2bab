#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "recipe.h"

#define PROGRAMS_MAX (1 + STRATA_SIDECARS_MAX)

// The processes of the programs by their numbers; 0 for one that has not been started, or has ended.
static int processes[PROGRAMS_MAX];

static void tell(int control, enum strata_report_kind kind, uint32_t program, int error, int value) {
    struct strata_report news = {.kind = kind, .stage = program, .error = error, .value = value};
    if (report(control, &news, NULL, 0) != 0) _exit(0);
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

// Orphans of the sandbox end up with pid 1, which must not keep them as zombies. The end of a runtime that has no
// sidecars is the end; with sidecars the server says what becomes of the others.
static void reap(const struct plan *plan, int control) {
    int status, pid;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        for (uint32_t program = 0; program < PROGRAMS_MAX; program++) {
            if (processes[program] != pid) continue;
            processes[program] = 0;
            tell(control, STRATA_REPORT_EXITED, program, 0, status);
            if (plan->sidecar_count == 0) _exit(0);
        }
    }
}

// Keeps nothing open but the two descriptors it waits for: pid 1 must not hold the output pipe or the listeners. A
// runtime that has yet to be started needs the output.
static void keep_only(int control, int signals, bool keeps_output) {
    int low = control < signals ? control : signals, high = control < signals ? signals : control;
    for (int number = 1; number <= 2 && !keeps_output; number++) dup3(0, number, 0);
    if (low > 3) syscall(SYS_close_range, 3, low - 1, 0);
    if (high > low + 1) syscall(SYS_close_range, low + 1, high - 1, 0);
    syscall(SYS_close_range, high + 1, ~0U, 0);
}

// The server wants to reach a program that listens inside; only from here can that be done.
static void hand_out_connection(int control, const struct strata_order_message *order) {
    int connection = connect_inside(order->port);
    struct strata_report news = {.kind = STRATA_REPORT_CONNECTED, .value = order->ticket,
                                 .error = connection < 0 ? errno : 0};
    if (report(control, &news, &connection, connection < 0 ? 0 : 1) != 0) _exit(0);
    if (connection >= 0) close(connection);
}

static void run_command(const struct plan *plan, int control) {
    if (processes[STRATA_PROGRAM_RUNTIME] != 0) return;
    int pid = start_command(plan, control);
    if (pid < 0) tell(control, STRATA_REPORT_EXEC_FAILED, STRATA_PROGRAM_RUNTIME, errno, 0);
    else processes[STRATA_PROGRAM_RUNTIME] = pid;
    for (int number = 1; number <= 2; number++) dup3(0, number, 0);
}

static void signal_program(uint8_t program, int signal) {
    if (program < PROGRAMS_MAX && processes[program] > 0) kill(processes[program], signal);
}

// Stops or continues every process but this one, and whatever else the server wants. kill(2) with -1 misses none, not
// even one that is being forked; what is stopped can still be killed, and this process goes on watching the server. (A
// version 1 freezer would hold all three.)
static void obey(const struct plan *plan, int control) {
    struct strata_order_message order;
    ssize_t got = read(control, &order, sizeof order);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (got != sizeof order) _exit(0);  // The server has ended. Our end takes the whole sandbox along.
    switch (order.order) {
    case STRATA_ORDER_FREEZE: kill(-1, SIGSTOP); break;
    case STRATA_ORDER_THAW: kill(-1, SIGCONT); break;
    case STRATA_ORDER_RUN: run_command(plan, control); break;
    case STRATA_ORDER_TERMINATE: signal_program(order.program, SIGTERM); break;
    case STRATA_ORDER_KILL: signal_program(order.program, SIGKILL); break;
    case STRATA_ORDER_CONNECT: hand_out_connection(control, &order); break;
    default: _exit(0);
    }
}

// The sandbox has started even where its command cannot be executed: that is the fault of whoever brought the command.
static void start_alone(const struct plan *plan, int control, const int *listeners) {
    int pid = start_command(plan, control), error = errno;
    bool is_unfit = pid < 0 && stage_of_last_start() == STRATA_STAGE_EXEC;
    if (pid < 0 && !is_unfit) fail(control, stage_of_last_start(), plan->working_directory);
    struct strata_report started = {.kind = STRATA_REPORT_STARTED};
    if (report(control, &started, listeners, plan->port_count) != 0) _exit(1);
    if (is_unfit) {
        tell(control, STRATA_REPORT_EXEC_FAILED, STRATA_PROGRAM_RUNTIME, error, 0);
        _exit(0);
    }
    processes[STRATA_PROGRAM_RUNTIME] = pid;
}

// What sidecars print goes through a pipe of their own, which is made here, so that it belongs to their user.
static void start_sidecars(const struct plan *plan, int control, const int *listeners) {
    int pipe[2], descriptors[STRATA_LISTENERS_MAX + 1];
    if (pipe2(pipe, O_CLOEXEC) != 0) fail(control, STRATA_STAGE_RUNTIME, "pipe");
    fcntl(pipe[0], F_SETFL, O_NONBLOCK);
    for (size_t i = 0; i < plan->port_count; i++) descriptors[i] = listeners[i];
    descriptors[plan->port_count] = pipe[0];
    struct strata_report started = {.kind = STRATA_REPORT_STARTED};
    if (report(control, &started, descriptors, plan->port_count + 1) != 0) _exit(1);
    for (size_t i = 0; i < plan->sidecar_count; i++) {
        int pid = start_sidecar(plan, i, pipe[1], control);
        if (pid < 0) tell(control, STRATA_REPORT_EXEC_FAILED, (uint32_t)i + 1, errno, 0);
        else processes[i + 1] = pid;
    }
}

void run_runtime(const struct plan *plan, int control, const int *listeners) {
    int signals = watch_children(control);
    bool has_sidecars = plan->sidecar_count > 0;
    if (has_sidecars) start_sidecars(plan, control, listeners);
    else start_alone(plan, control, listeners);
    keep_only(control, signals, has_sidecars);
    struct pollfd waiting[2] = {{.fd = signals, .events = POLLIN}, {.fd = control, .events = POLLIN}};
    for (;;) {
        if (poll(waiting, 2, -1) < 0 && errno != EINTR) _exit(1);
        if (waiting[1].revents) obey(plan, control);
        struct signalfd_siginfo information;
        while (read(signals, &information, sizeof information) > 0) continue;
        reap(plan, control);
    }
}
