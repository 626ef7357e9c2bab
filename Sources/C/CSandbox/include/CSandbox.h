#pragma once
#include <stddef.h>
#include <stdint.h>

// The recipe that turns a plan into a running sandbox. Everything here is async-signal-safe C on static storage, so it
// works in a freshly executed strata-init and in a forked child of a larger process alike.
//
// Three processes take part:
//   server ── spawns ──▶ launcher ── clones into new namespaces ──▶ pid 1 of the sandbox ── forks ──▶ runtime
// A plan may name sidecars, which pid 1 starts beside the runtime and before it; the runtime then awaits an order.
// The launcher stays outside just long enough to hand pid 1's pidfd to the server and to write the user map, which only
// an outsider may do. Pid 1 builds the sandbox, then waits: for the runtime to end, or for the server to go away.

// What a report on the control socket says. The numbers are shared with the server.
enum strata_report_kind {
    STRATA_REPORT_CREATED = 1,  // value: pid 1 as the server sees it; carries its pidfd
    STRATA_REPORT_STARTED = 2,  // the runtime has been executed, or the sidecars are about to be; carries the
                                // listeners, in the plan's order, and with sidecars what they print, last
    STRATA_REPORT_FAILED = 3,   // stage, error and detail say where the recipe stopped
    STRATA_REPORT_EXITED = 4,   // program, and value: its wait status
    STRATA_REPORT_EXEC_FAILED = 5,        // program, and error: why it could not be executed
    STRATA_REPORT_CONNECTED = 6, // value: the order's ticket; carries the connection, unless error says why not
};

// The number of a program: the runtime, then the sidecars in the plan's order from 1.
#define STRATA_PROGRAM_RUNTIME 0
#define STRATA_SIDECARS_MAX 16

// Where the recipe stopped. The order is the order of the steps; the server has the words.
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
    uint32_t stage;  // or the program, in a report of one
    int32_t error;   // errno
    int32_t value;
    char detail[STRATA_DETAIL_BYTES];  // NUL-terminated: the path or name that the stage was about
};

// What the server may tell pid 1 of a sandbox that runs.
enum strata_order {
    STRATA_ORDER_FREEZE = 'F',
    STRATA_ORDER_THAW = 'T',
    STRATA_ORDER_RUN = 'R',        // start the runtime, of a plan with sidecars
    STRATA_ORDER_TERMINATE = 'S',  // SIGTERM to a program
    STRATA_ORDER_KILL = 'K',       // SIGKILL to a program
    STRATA_ORDER_CONNECT = 'C',    // to a port of 127.0.0.1 inside; the connection comes back in a report
};

// One message of the server.
struct strata_order_message {
    uint8_t order;
    uint8_t program;
    uint16_t port;
    int32_t ticket;
};

// Runs the launcher's part with the plan in the descriptor `plan_file` and the server at the other end of `control`.
// Returns the exit code of the launcher; never returns in pid 1 or the runtime.
int strata_sandbox_run(int control, int plan_file);

// Checks that `bytes` decode as a plan; returns 0, or an errno. For tests of the decoder: it changes nothing.
int strata_plan_check(const uint8_t *bytes, size_t length);
