#pragma once
#include <stddef.h>
#include <stdint.h>

// The recipe that turns a plan into a running sandbox. All of it is async-signal-safe C with static storage, so it
// works in strata-init and in a forked child of a multithreaded process.
//
// Three processes take part:
//   server ── spawns ──▶ launcher ── clones into new namespaces ──▶ pid 1 of the sandbox ── forks ──▶ runtime
// A plan may name sidecars, which pid 1 starts before the runtime; the runtime is then started by an order.
// The launcher stays outside only to send pid 1's pidfd to the server and to write the user map, which a process
// outside of the user namespace must do. Pid 1 builds the sandbox, then waits until the runtime or the server ends.

// The kinds of reports on the control socket, from the sandbox to the server.
enum strata_report_kind {
    STRATA_REPORT_CREATED = 1,      // value: pid 1's process id in the server's namespace; carries its pidfd
    STRATA_REPORT_STARTED = 2,      // the runtime has been executed, or the sidecars are about to be; carries the
                                    // listeners in the plan's order and, with sidecars, their output pipe last
    STRATA_REPORT_FAILED = 3,       // stage, error and detail: where the recipe stopped
    STRATA_REPORT_EXITED = 4,       // program; value: its wait status
    STRATA_REPORT_EXEC_FAILED = 5,  // program; error: why it could not be executed
    STRATA_REPORT_CONNECTED = 6,    // value: the order's ticket; carries the connection, or has an error
    STRATA_REPORT_REFUSED = 7,      // value: the number of a system call that was refused for the first time; error
                                    // and stage: its first two arguments, as far as they fit
};

// The number of a program: the runtime, then the sidecars in the plan's order from 1.
#define STRATA_PROGRAM_RUNTIME 0
#define STRATA_SIDECARS_MAX 16

// The stages of the recipe, in the order of its steps; the server has a description of each.
enum strata_stage {
    STRATA_STAGE_PLAN = 1,
    STRATA_STAGE_CGROUP,
    STRATA_STAGE_OUTPUT,
    STRATA_STAGE_NAMESPACES,
    STRATA_STAGE_HANDSHAKE,
    STRATA_STAGE_OWN_MAP,
    STRATA_STAGE_SESSION,
    STRATA_STAGE_PROPAGATION,
    STRATA_STAGE_SOURCE,
    STRATA_STAGE_OVERLAY,
    STRATA_STAGE_ROOT,
    STRATA_STAGE_TREE,
    STRATA_STAGE_ATTACH,
    STRATA_STAGE_TMPFS,
    STRATA_STAGE_PROC,
    STRATA_STAGE_MASK,
    STRATA_STAGE_PIVOT,
    STRATA_STAGE_HOSTNAME,
    STRATA_STAGE_LOOPBACK,
    STRATA_STAGE_LISTENER,
    STRATA_STAGE_USER_NAMESPACE,
    STRATA_STAGE_PRIVILEGES,
    STRATA_STAGE_LIMITS,
    STRATA_STAGE_SECCOMP,
    STRATA_STAGE_RUNTIME,
    STRATA_STAGE_EXEC,
};

#define STRATA_DETAIL_BYTES 240
#define STRATA_LISTENERS_MAX 16

// One message on the control socket (SOCK_SEQPACKET, so a message is never split).
struct strata_report {
    uint32_t kind;
    uint32_t stage;  // in a report about a program: its number
    int32_t error;   // errno
    int32_t value;
    char detail[STRATA_DETAIL_BYTES];  // NUL-terminated: the path or call that failed
};

// The orders that the server sends to pid 1 of a running sandbox.
enum strata_order {
    STRATA_ORDER_FREEZE = 'F',
    STRATA_ORDER_THAW = 'T',
    STRATA_ORDER_RUN = 'R',        // start the runtime of a plan with sidecars
    STRATA_ORDER_TERMINATE = 'S',  // SIGTERM to a program
    STRATA_ORDER_KILL = 'K',       // SIGKILL to a program
    STRATA_ORDER_CONNECT = 'C',    // connect to a port of 127.0.0.1 inside; a report carries the connection
};

// One order as a message.
struct strata_order_message {
    uint8_t order;
    uint8_t program;
    uint16_t port;
    int32_t ticket;
};

// Runs the launcher with the plan in the descriptor `plan_file` and the server at the other end of `control`. Returns
// the launcher's exit code; never returns in pid 1 or the runtime.
int strata_sandbox_run(int control, int plan_file);

// Checks that `bytes` decode as a plan; returns 0, or an errno. For tests of the decoder: it has no effects.
int strata_plan_check(const uint8_t *bytes, size_t length);
