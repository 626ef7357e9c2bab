#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
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
    int oom_score;
};

static enum strata_stage last_stage;

enum strata_stage stage_of_last_start(void) { return last_stage; }

// Reports the failed stage with errno through the pipe, and exits.
static _Noreturn void exit_with_stage(enum strata_stage stage) {
    struct exec_failure failure = {stage, errno};
    if (write(EXEC_PIPE, &failure, sizeof failure) < 0) _exit(127);
    _exit(126);
}

// When memory runs out, the kernel should kill a program, not pid 1, which has to report that.
static void prefer_for_oom(int score) {
    char text[16];
    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);  // gives access to our own /proc files, as execve will anyway
    int file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (file < 0) return;
    int length = snprintf(text, sizeof text, "%d", score);
    if (write(file, text, (size_t)length) < 0) errno = 0;  // a host that set it higher keeps it
    close(file);
}

// Turns the calling, forked process into the program.
static _Noreturn void execute(const struct program *program, int pipe) {
    // A session is a scheduling group of its own (sched(7), "The autogroup feature"): pid 1 gets its share of the
    // processors and ends the sandbox, however many processes a program starts.
    setsid();
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    prefer_for_oom(program->oom_score);
    if (program->output >= 0)  // before the pipe takes a number that could be the output's
        for (int number = 1; number <= 2; number++)
            if (dup3(program->output, number, 0) < 0) _exit(127);
    if (pipe != EXEC_PIPE && dup3(pipe, EXEC_PIPE, O_CLOEXEC) < 0) _exit(127);
    if (syscall(SYS_close_range, EXEC_PIPE + 1, ~0U, 0) != 0) exit_with_stage(STRATA_STAGE_RUNTIME);
    if (chdir(program->directory) != 0) exit_with_stage(STRATA_STAGE_RUNTIME);
    execve(program->arguments[0], program->arguments, program->variables);
    exit_with_stage(STRATA_STAGE_EXEC);
}

// Waits until a program's process has executed the program, or has failed. A running program can stop that process
// (SIGSTOP) before: so the end of the server must be noticed here too, or nothing would end the sandbox.
static ssize_t await_exec(int pipe, int control, struct exec_failure *failure) {
    struct pollfd waiting[2] = {{.fd = pipe, .events = POLLIN}, {.fd = control}};
    for (;;) {
        if (poll(waiting, 2, -1) < 0) {
            if (errno != EINTR) _exit(1);
            continue;
        }
        if (waiting[1].revents) _exit(0);  // the server has ended, and the sandbox ends with it
        ssize_t got = read(pipe, failure, sizeof *failure);
        if (got >= 0 || errno != EINTR) return got;
    }
}

// Starts a program and waits for its execve. Returns its pid, or -1 with errno and `last_stage` set.
static int start(const struct program *program, int control) {
    int pipe[2];
    last_stage = STRATA_STAGE_RUNTIME;
    if (pipe2(pipe, O_CLOEXEC) != 0) return -1;
    int pid = fork();
    if (pid == 0) execute(program, pipe[1]);
    int error = errno;
    close(pipe[1]);
    struct exec_failure failure;
    ssize_t got = 0;
    if (pid > 0) got = await_exec(pipe[0], control, &failure);
    close(pipe[0]);
    if (pid > 0 && got != sizeof failure) return pid;
    if (pid > 0) last_stage = failure.stage;
    errno = pid > 0 ? failure.error : error;
    return -1;
}

int start_command(const struct plan *plan, int control) {
    struct program program = {.arguments = (char **)plan->arguments, .variables = (char **)plan->variables,
                              .directory = plan->working_directory, .output = -1, .oom_score = plan->oom_score};
    return start(&program, control);
}

int start_sidecar(const struct plan *plan, size_t index, int output, int control) {
    char *arguments[2] = {plan->sidecars[index], NULL};
    struct program program = {.arguments = arguments, .variables = (char **)plan->sidecar_variables,
                              .directory = "/", .output = output, .oom_score = plan->oom_score};
    return start(&program, control);
}
