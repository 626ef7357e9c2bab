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
#define DESCRIPTORS_CHECKED 1024

// The pids of the programs by their numbers; 0 for one that has not been started, or has ended.
static int processes[PROGRAMS_MAX];

// Reports an event of a program; ends the sandbox when the server has ended.
static void report_program(int control, enum strata_report_kind kind, uint32_t program, int error, int value) {
    struct strata_report message = {.kind = kind, .stage = program, .error = error, .value = value};
    if (report(control, &message, NULL, 0) != 0) _exit(0);
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

// Reaps ended children: pid 1 also inherits the sandbox's orphans, which must not stay zombies. Without sidecars, the
// runtime's end ends the sandbox; with sidecars, the server decides.
static void reap(const struct plan *plan, int control) {
    int status, pid;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        for (uint32_t program = 0; program < PROGRAMS_MAX; program++) {
            if (processes[program] != pid) continue;
            processes[program] = 0;
            report_program(control, STRATA_REPORT_EXITED, program, 0, status);
            if (plan->sidecar_count == 0) _exit(0);
        }
    }
}

// Closes all descriptors but those of pid 1's own work: it must not keep the output pipe or the listeners open. A
// runtime that is started later needs the output.
static void close_others(int control, int signals, int refused_calls, bool keeps_output) {
    bool kept[DESCRIPTORS_CHECKED] = {0};
    int numbers[] = {control, signals, refused_calls, oom_score_file()}, highest = 3;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        if (numbers[i] < 0) continue;
        if (numbers[i] >= DESCRIPTORS_CHECKED) _exit(1);  // the recipe opens few, and the first free numbers
        kept[numbers[i]] = true;
        if (numbers[i] > highest) highest = numbers[i];
    }
    for (int number = 1; number <= 2 && !keeps_output; number++) dup3(0, number, 0);
    for (int number = 3; number < highest; number++)
        if (!kept[number]) close(number);
    syscall(SYS_close_range, highest + 1, ~0U, 0);
}

// Connects to a program that listens inside and sends the connection to the server, which is outside of the network
// namespace.
static void send_connection(int control, const struct strata_order_message *order) {
    int connection = connect_inside(order->port);
    struct strata_report message = {.kind = STRATA_REPORT_CONNECTED, .value = order->ticket,
                                    .error = connection < 0 ? errno : 0};
    if (report(control, &message, &connection, connection < 0 ? 0 : 1) != 0) _exit(0);
    if (connection >= 0) close(connection);
}

static void run_command(const struct plan *plan, int control, int refused_calls) {
    if (processes[STRATA_PROGRAM_RUNTIME] != 0) return;
    int pid = start_command(plan, control, refused_calls);
    if (pid < 0) report_program(control, STRATA_REPORT_EXEC_FAILED, STRATA_PROGRAM_RUNTIME, errno, 0);
    else processes[STRATA_PROGRAM_RUNTIME] = pid;
    for (int number = 1; number <= 2; number++) dup3(0, number, 0);
}

static void signal_program(uint8_t program, int signal) {
    if (program < PROGRAMS_MAX && processes[program] > 0) kill(processes[program], signal);
}

// Performs one order of the server. To freeze, kill(2) with -1 stops every process but this one, even one that is being
// forked; stopped processes can still be killed, and this one still watches the server. (A version 1 freezer prevents
// both.)
static void perform_order(const struct plan *plan, int control, int refused_calls) {
    struct strata_order_message order;
    ssize_t got = read(control, &order, sizeof order);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (got != sizeof order) _exit(0);  // The server has ended; the kernel ends the whole sandbox with pid 1.
    switch (order.order) {
    case STRATA_ORDER_FREEZE: kill(-1, SIGSTOP); break;
    case STRATA_ORDER_THAW: kill(-1, SIGCONT); break;
    case STRATA_ORDER_RUN: run_command(plan, control, refused_calls); break;
    case STRATA_ORDER_TERMINATE: signal_program(order.program, SIGTERM); break;
    case STRATA_ORDER_KILL: signal_program(order.program, SIGKILL); break;
    case STRATA_ORDER_CONNECT: send_connection(control, &order); break;
    default: _exit(0);
    }
}

// Starts the runtime of a plan without sidecars. The sandbox counts as started even when the command cannot be
// executed: that is a fault of the function, not of the sandbox.
static void start_without_sidecars(
    const struct plan *plan, int control, int refused_calls, const int *listeners) {
    int pid = start_command(plan, control, refused_calls), error = errno;
    bool exec_failed = pid < 0 && stage_of_last_start() == STRATA_STAGE_EXEC;
    if (pid < 0 && !exec_failed) fail(control, stage_of_last_start(), plan->working_directory);
    struct strata_report started = {.kind = STRATA_REPORT_STARTED};
    if (report(control, &started, listeners, plan->port_count) != 0) _exit(1);
    if (exec_failed) {
        report_program(control, STRATA_REPORT_EXEC_FAILED, STRATA_PROGRAM_RUNTIME, error, 0);
        _exit(0);
    }
    processes[STRATA_PROGRAM_RUNTIME] = pid;
}

// Starts the sidecars. Their output has a pipe of its own, which is created here so that their user owns it.
static void start_sidecars(const struct plan *plan, int control, int refused_calls, const int *listeners) {
    int pipe[2], descriptors[STRATA_LISTENERS_MAX + 1];
    if (pipe2(pipe, O_CLOEXEC) != 0) fail(control, STRATA_STAGE_RUNTIME, "pipe");
    fcntl(pipe[0], F_SETFL, O_NONBLOCK);
    for (size_t i = 0; i < plan->port_count; i++) descriptors[i] = listeners[i];
    descriptors[plan->port_count] = pipe[0];
    struct strata_report started = {.kind = STRATA_REPORT_STARTED};
    if (report(control, &started, descriptors, plan->port_count + 1) != 0) _exit(1);
    for (size_t i = 0; i < plan->sidecar_count; i++) {
        int pid = start_sidecar(plan, i, pipe[1], control, refused_calls);
        if (pid < 0) report_program(control, STRATA_REPORT_EXEC_FAILED, (uint32_t)i + 1, errno, 0);
        else processes[i + 1] = pid;
    }
}

void run_runtime(const struct plan *plan, int control, int refused_calls, const int *listeners) {
    int signals = watch_children(control);
    bool has_sidecars = plan->sidecar_count > 0;
    if (has_sidecars) start_sidecars(plan, control, refused_calls, listeners);
    else start_without_sidecars(plan, control, refused_calls, listeners);
    close_others(control, signals, refused_calls, has_sidecars);
    struct pollfd waiting[3] = {{.fd = signals, .events = POLLIN}, {.fd = control, .events = POLLIN},
                                {.fd = refused_calls, .events = POLLIN}};
    for (;;) {
        if (poll(waiting, 3, -1) < 0 && errno != EINTR) _exit(1);
        if (waiting[1].revents) perform_order(plan, control, refused_calls);
        if (waiting[2].revents & POLLIN) answer_call(plan, refused_calls, control);
        struct signalfd_siginfo information;
        while (read(signals, &information, sizeof information) > 0) continue;
        reap(plan, control);
    }
}
