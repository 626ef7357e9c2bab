#pragma once
#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>

#include "include/CSandbox.h"

// The format of a plan: the header, then records. SandboxPlan/PlanEncoder.swift encodes it; all numbers are
// little-endian.
//
//   header  "STRATAPL" | u32 version | u32 length of everything that follows
//   record  u16 kind | u16 flags | u32 number | u64 value | u32 payload length | payload
//
// A payload is NUL-terminated strings, or raw bytes where stated below.
#define PLAN_MAGIC "STRATAPL"
#define PLAN_VERSION 1
#define PLAN_HEADER_BYTES 16
#define PLAN_RECORD_BYTES 20

// Limits of one plan. A larger plan is a bug of the server and is refused as a whole.
#define PLAN_BYTES_MAX (1 << 20)
#define PLAN_STEPS_MAX 256
#define PLAN_ARGUMENTS_MAX 256
#define PLAN_VARIABLES_MAX 1024
#define PLAN_CGROUPS_MAX 8
#define PLAN_LIMITS_MAX 16
#define PLAN_FILTER_MAX 4096  // BPF_MAXINSNS
#define PLAN_CALLS_BYTES 128

enum plan_record {
    // Steps that build the file system, applied in the order of their records.
    PLAN_DIRECTORY = 1,  // number: mode; path
    PLAN_LINK = 2,       // target, path
    PLAN_FILE = 3,       // number: mode; path, then the raw contents
    PLAN_BIND = 4,       // flags; source on the host, path
    PLAN_OVERLAY = 5,    // flags; path, then sources on the host, the topmost first
    PLAN_TMPFS = 6,      // flags; number: mode; value: bytes; path
    PLAN_PROC = 7,       // path
    PLAN_READ_ONLY = 8,  // path
    PLAN_MASK = 9,       // path
    // Everything else, in any order.
    PLAN_HOSTNAME = 32,
    PLAN_LISTEN = 33,    // number: TCP port
    PLAN_IDENTITY = 34,  // flags; number: uid on the host; value: gid on the host
    PLAN_INSIDE = 35,    // number: uid inside; value: gid inside
    PLAN_LIMIT = 36,     // number: RLIMIT_*; value: soft and hard limit
    PLAN_ARGUMENT = 37,
    PLAN_VARIABLE = 38,  // NAME=value
    PLAN_WORKING_DIRECTORY = 39,
    PLAN_FILTER = 40,      // raw struct sock_filter[]
    PLAN_CGROUP = 41,      // path of a cgroup.procs file
    PLAN_OOM_SCORE = 42,   // number: oom_score_adj of the runtime
    PLAN_HOST_NETWORK = 43,
    PLAN_SIDECAR = 44,           // path of a program that is started before the command and runs beside it
    PLAN_SIDECAR_VARIABLE = 45,  // NAME=value, for every sidecar
    PLAN_CALLS = 46,             // flags; raw bits by number of the system calls that are refused with EPERM
};

enum plan_flag {
    PLAN_FLAG_DEVICE = 1 << 0,     // PLAN_BIND: a device node, so mounted without nodev
    PLAN_FLAG_NO_EXEC = 1 << 1,    // PLAN_TMPFS
    PLAN_FLAG_USER_XATTR = 1 << 2, // PLAN_OVERLAY, PLAN_FLAG_VIEW: mounted inside a user namespace
    PLAN_FLAG_DISTINCT = 1 << 3,   // PLAN_IDENTITY: a host uid of its own, which requires a privileged launcher
    PLAN_FLAG_PERFORM = 1 << 4,    // PLAN_CALLS: perform them all the same
    PLAN_FLAG_VIEW = 1 << 5,       // PLAN_BIND: with inodes of its own, where the kernel can
};

struct plan_step {
    uint16_t kind;
    uint16_t flags;
    uint32_t number;
    uint64_t value;
    const char *first;   // the first string of the payload
    const char *rest;    // the payload after it
    uint32_t rest_bytes;
    int mount;           // the detached mount that PLAN_BIND and PLAN_OVERLAY attach, once opened
};

struct plan_limit {
    int resource;
    struct rlimit value;
};

struct plan {
    struct plan_step steps[PLAN_STEPS_MAX];
    size_t step_count;
    const char *hostname;
    uint16_t ports[16];
    size_t port_count;
    bool distinct, host_network;
    uint32_t host_uid, host_gid, inside_uid, inside_gid;
    struct plan_limit limits[PLAN_LIMITS_MAX];
    size_t limit_count;
    char *arguments[PLAN_ARGUMENTS_MAX + 1];
    size_t argument_count;
    char *variables[PLAN_VARIABLES_MAX + 1];
    size_t variable_count;
    char *sidecars[STRATA_SIDECARS_MAX];
    size_t sidecar_count;
    char *sidecar_variables[PLAN_VARIABLES_MAX + 1];
    size_t sidecar_variable_count;
    const char *working_directory;
    struct sock_filter filter[PLAN_FILTER_MAX];
    size_t filter_count;
    uint8_t forbidden_calls[PLAN_CALLS_BYTES];
    bool performs_refused_calls;
    const char *cgroups[PLAN_CGROUPS_MAX];
    size_t cgroup_count;
    int oom_score;
};

// Decodes `bytes` into `plan`, which keeps pointers into them. Returns 0, or EPROTO / E2BIG with `plan` unusable.
int plan_decode(struct plan *plan, const uint8_t *bytes, size_t length);

// Maps the plan in `file` into memory (private to this process) and decodes it. Returns 0 or an errno.
int plan_read(struct plan *plan, int file);
