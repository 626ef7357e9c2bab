#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "recipe.h"

#define EXEC_PIPE 3  // the one descriptor besides 0, 1, 2 that a program's process keeps, until execve

// What a program's process writes to pid 1 when execve, or the preparation for it, failed.
struct exec_failure {
    enum strata_stage stage;
    int error;
};

// A program to execute.
struct program {
    char **arguments, **variables;
    const char *directory;
    int output;  // or -1, to keep pid 1's
};

static enum strata_stage last_stage;

// Pid 1's oom_score_adj, open for as long as programs are started, and what was in it.
static struct {
    int file;
    char own[16];
    size_t own_bytes;
} oom_score = {.file = -1};

enum strata_stage stage_of_last_start(void) { return last_stage; }

// Reports the failed stage with errno through the pipe, and exits.
static _Noreturn void exit_with_stage(enum strata_stage stage) {
    struct exec_failure failure = {stage, errno};
    if (write(EXEC_PIPE, &failure, sizeof failure) < 0) _exit(127);
    _exit(126);
}

void open_oom_score(int control) {
    oom_score.file = open("/proc/self/oom_score_adj", O_RDWR | O_CLOEXEC);
    if (oom_score.file < 0) fail(control, STRATA_STAGE_LIMITS, "oom_score_adj");
    ssize_t got = pread(oom_score.file, oom_score.own, sizeof oom_score.own, 0);
    if (got <= 0) fail(control, STRATA_STAGE_LIMITS, "oom_score_adj");
    oom_score.own_bytes = (size_t)got;
}

int oom_score_file(void) { return oom_score.file; }

// When memory runs out, the kernel should kill a program, not pid 1, which has to report that. A program inherits its
// score: it could set its own only if it were dumpable before its execve, and then other programs could enter it while
// it still is strata-init.
static void prefer_for_oom(int score) {
    char text[16];
    int length = snprintf(text, sizeof text, "%d", score);
    if (pwrite(oom_score.file, text, (size_t)length, 0) < 0) errno = 0;  // a host that set it higher keeps it
}

static void restore_own_oom_score(void) {
    if (pwrite(oom_score.file, oom_score.own, oom_score.own_bytes, 0) < 0) errno = 0;
}

// Turns the calling, forked process into the program. Descriptors first: what a program that takes this process over
// could pass on is the pipe. It is not dumpable, as pid 1, until execve has replaced its memory (proc(5)).
static _Noreturn void execute(const struct program *program, int pipe) {
    if (program->output >= 0)  // before the pipe takes a number that could be the output's
        for (int number = 1; number <= 2; number++)
            if (dup3(program->output, number, 0) < 0) _exit(127);
    if (pipe != EXEC_PIPE && dup3(pipe, EXEC_PIPE, O_CLOEXEC) < 0) _exit(127);
    if (syscall(SYS_close_range, EXEC_PIPE + 1, ~0U, 0) != 0) exit_with_stage(STRATA_STAGE_RUNTIME);
    // A session is a scheduling group of its own (sched(7), "The autogroup feature"): pid 1 gets its share of the
    // processors and ends the sandbox, however many processes a program starts.
    setsid();
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (limit_descriptors() != 0) exit_with_stage(STRATA_STAGE_LIMITS);
    if (chdir(program->directory) != 0) exit_with_stage(STRATA_STAGE_RUNTIME);
    execve(program->arguments[0], program->arguments, program->variables);
    exit_with_stage(STRATA_STAGE_EXEC);
}

// Waits until a program's process has executed the program, or has failed. A running program can stop that process
// (SIGSTOP) before: so the end of the server must be noticed here too, or nothing would end the sandbox.
static ssize_t await_exec(
    const struct plan *plan, int pipe, int control, int refused_calls, struct exec_failure *failure) {
    struct pollfd waiting[3] = {{.fd = pipe, .events = POLLIN}, {.fd = control},
                                {.fd = refused_calls, .events = POLLIN}};
    for (;;) {
        if (poll(waiting, 3, -1) < 0) {
            if (errno != EINTR) _exit(1);
            continue;
        }
        if (waiting[1].revents) _exit(0);  // the server has ended, and the sandbox ends with it
        // First of all programs' calls: what one of them reports must not come before the start of its own program.
        if (poll(waiting, 1, 0) == 0) {
            if (waiting[2].revents & POLLIN) answer_call(plan, refused_calls, control);
            continue;
        }
        ssize_t got = read(pipe, failure, sizeof *failure);
        if (got >= 0 || errno != EINTR) return got;
    }
}

// Starts a program and waits for its execve. Returns its pid, or -1 with errno and `last_stage` set.
static int start(const struct plan *plan, const struct program *program, int control, int refused_calls) {
    int pipe[2];
    last_stage = STRATA_STAGE_RUNTIME;
    if (pipe2(pipe, O_CLOEXEC) != 0) return -1;
    prefer_for_oom(plan->oom_score);
    int pid = fork();
    if (pid == 0) execute(program, pipe[1]);
    int error = errno;
    restore_own_oom_score();
    close(pipe[1]);
    struct exec_failure failure;
    ssize_t got = 0;
    if (pid > 0) got = await_exec(plan, pipe[0], control, refused_calls, &failure);
    close(pipe[0]);
    if (pid > 0 && got != sizeof failure) return pid;
    if (pid > 0) last_stage = failure.stage;
    errno = pid > 0 ? failure.error : error;
    return -1;
}

int start_command(const struct plan *plan, int control, int refused_calls) {
    struct program program = {.arguments = (char **)plan->arguments, .variables = (char **)plan->variables,
                              .directory = plan->working_directory, .output = -1};
    return start(plan, &program, control, refused_calls);
}

int start_sidecar(const struct plan *plan, size_t index, int output, int control, int refused_calls) {
    char *arguments[2] = {plan->sidecars[index], NULL};
    struct program program = {.arguments = arguments, .variables = (char **)plan->sidecar_variables,
                              .directory = "/", .output = output};
    return start(plan, &program, control, refused_calls);
}
