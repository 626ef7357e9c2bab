#include "plan.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

// The unread bytes. Every access checks the length first: the server is trusted, but may have bugs.
struct cursor {
    const uint8_t *at;
    size_t left;
};

struct record {
    uint16_t kind, flags;
    uint32_t number;
    uint64_t value;
    const char *payload;
    uint32_t bytes;
};

static bool take(struct cursor *cursor, void *into, size_t bytes) {
    if (cursor->left < bytes) return false;
    memcpy(into, cursor->at, bytes);
    cursor->at += bytes;
    cursor->left -= bytes;
    return true;
}

static bool take_record(struct cursor *cursor, struct record *record) {
    if (!take(cursor, &record->kind, 2) || !take(cursor, &record->flags, 2) || !take(cursor, &record->number, 4) ||
        !take(cursor, &record->value, 8) || !take(cursor, &record->bytes, 4) || cursor->left < record->bytes)
        return false;
    record->payload = (const char *)cursor->at;
    cursor->at += record->bytes;
    cursor->left -= record->bytes;
    return true;
}

// The length of the string at `from` with its NUL; 0 when no NUL follows.
static size_t string_bytes(const char *from, size_t bytes) {
    const char *end = memchr(from, 0, bytes);
    return end ? (size_t)(end - from) + 1 : 0;
}

// The payload if it is exactly one string, or NULL.
static const char *only_string(const struct record *record) {
    return record->bytes && string_bytes(record->payload, record->bytes) == record->bytes ? record->payload : NULL;
}

// Whether `bytes` at `from` are strings: at least one, and the last one ends where the payload ends.
static bool only_strings(const char *from, size_t bytes) { return bytes && from[bytes - 1] == 0; }

// Whether a path is relative, as in the sandbox it must be. The kernel refuses `..` (openat2, RESOLVE_BENEATH).
static bool is_inside(const char *path) { return path[0] != 0 && path[0] != '/'; }

// Whether a step has the strings that its kind requires.
static bool step_is_complete(const struct plan_step *step) {
    switch (step->kind) {
    case PLAN_LINK: return only_strings(step->rest, step->rest_bytes) && is_inside(step->rest);
    case PLAN_BIND:
        return step->first[0] == '/' && only_strings(step->rest, step->rest_bytes) && is_inside(step->rest);
    case PLAN_OVERLAY: return only_strings(step->rest, step->rest_bytes) && is_inside(step->first);
    case PLAN_FILE: return is_inside(step->first);
    default: return step->rest_bytes == 0 && is_inside(step->first);
    }
}

static int add_step(struct plan *plan, const struct record *record) {
    if (plan->step_count == PLAN_STEPS_MAX) return E2BIG;
    size_t first = string_bytes(record->payload, record->bytes);
    if (first == 0) return EPROTO;
    struct plan_step *step = &plan->steps[plan->step_count];
    *step = (struct plan_step){.kind = record->kind, .flags = record->flags, .number = record->number,
                               .value = record->value, .first = record->payload, .rest = record->payload + first,
                               .rest_bytes = record->bytes - (uint32_t)first, .mount = -1};
    if (!step_is_complete(step)) return EPROTO;
    plan->step_count++;
    return 0;
}

static int add_filter(struct plan *plan, const struct record *record) {
    if (record->bytes == 0 || record->bytes % sizeof(struct sock_filter) != 0) return EPROTO;
    if (record->bytes > sizeof plan->filter) return E2BIG;
    memcpy(plan->filter, record->payload, record->bytes);
    plan->filter_count = record->bytes / sizeof(struct sock_filter);
    return 0;
}

static int add_string(char **list, size_t *count, size_t limit, const struct record *record) {
    const char *text = only_string(record);
    if (!text) return EPROTO;
    if (*count == limit) return E2BIG;
    list[(*count)++] = (char *)text;
    return 0;
}

static int set_string(const char **field, const struct record *record) {
    *field = only_string(record);
    return *field ? 0 : EPROTO;
}

static int add_limit(struct plan *plan, const struct record *record) {
    if (plan->limit_count == PLAN_LIMITS_MAX) return E2BIG;
    plan->limits[plan->limit_count++] = (struct plan_limit){
        .resource = (int)record->number, .value = {.rlim_cur = record->value, .rlim_max = record->value}};
    return 0;
}

static int add_port(struct plan *plan, const struct record *record) {
    if (record->number == 0 || record->number > UINT16_MAX) return EPROTO;
    if (plan->port_count == STRATA_LISTENERS_MAX) return E2BIG;
    plan->ports[plan->port_count++] = (uint16_t)record->number;
    return 0;
}

static int add_identity(struct plan *plan, const struct record *record) {
    plan->distinct = record->flags & PLAN_FLAG_DISTINCT;
    plan->host_uid = record->number;
    plan->host_gid = (uint32_t)record->value;
    return 0;
}

static int add_calls(struct plan *plan, const struct record *record) {
    if (record->bytes > PLAN_CALLS_BYTES) return E2BIG;
    memcpy(plan->forbidden_calls, record->payload, record->bytes);
    plan->performs_refused_calls = record->flags & PLAN_FLAG_PERFORM;
    return 0;
}

static int add_record(struct plan *plan, const struct record *record) {
    switch (record->kind) {
    case PLAN_DIRECTORY ... PLAN_MASK: return add_step(plan, record);
    case PLAN_HOSTNAME: return set_string(&plan->hostname, record);
    case PLAN_LISTEN: return add_port(plan, record);
    case PLAN_IDENTITY: return add_identity(plan, record);
    case PLAN_INSIDE:
        plan->inside_uid = record->number;
        plan->inside_gid = (uint32_t)record->value;
        return 0;
    case PLAN_LIMIT: return add_limit(plan, record);
    case PLAN_ARGUMENT: return add_string(plan->arguments, &plan->argument_count, PLAN_ARGUMENTS_MAX, record);
    case PLAN_VARIABLE: return add_string(plan->variables, &plan->variable_count, PLAN_VARIABLES_MAX, record);
    case PLAN_WORKING_DIRECTORY: return set_string(&plan->working_directory, record);
    case PLAN_FILTER: return add_filter(plan, record);
    case PLAN_CGROUP: return add_string((char **)plan->cgroups, &plan->cgroup_count, PLAN_CGROUPS_MAX, record);
    case PLAN_OOM_SCORE: plan->oom_score = (int)record->number; return 0;
    case PLAN_HOST_NETWORK: plan->host_network = true; return 0;
    case PLAN_SIDECAR: return add_string(plan->sidecars, &plan->sidecar_count, STRATA_SIDECARS_MAX, record);
    case PLAN_SIDECAR_VARIABLE:
        return add_string(plan->sidecar_variables, &plan->sidecar_variable_count, PLAN_VARIABLES_MAX, record);
    case PLAN_CALLS: return add_calls(plan, record);
    default: return EPROTO;  // an unknown record could be a protection: refused, not skipped
    }
}

// Whether nothing would run unconfined: a plan must have a command, a seccomp filter and a mapped user.
static bool is_complete(const struct plan *plan) {
    return plan->argument_count > 0 && plan->arguments[0][0] == '/' && plan->filter_count > 0 && plan->hostname &&
           plan->working_directory && plan->inside_uid != 0 && plan->inside_gid != 0 &&
           (!plan->distinct || (plan->host_uid != 0 && plan->host_gid != 0));
}

int plan_decode(struct plan *plan, const uint8_t *bytes, size_t length) {
    struct cursor cursor = {bytes, length};
    char magic[8];
    uint32_t version, rest;
    memset(plan, 0, sizeof *plan);
    if (!take(&cursor, magic, 8) || memcmp(magic, PLAN_MAGIC, 8) != 0) return EPROTO;
    if (!take(&cursor, &version, 4) || version != PLAN_VERSION) return EPROTO;
    if (!take(&cursor, &rest, 4) || rest != cursor.left) return EPROTO;
    while (cursor.left > 0) {
        struct record record;
        if (!take_record(&cursor, &record)) return EPROTO;
        int error = add_record(plan, &record);
        if (error) return error;
    }
    return is_complete(plan) ? 0 : EPROTO;
}

int plan_read(struct plan *plan, int file) {
    struct stat status;
    if (fstat(file, &status) != 0) return errno;
    if (status.st_size <= 0) return EPROTO;
    if (status.st_size > PLAN_BYTES_MAX) return E2BIG;
    void *bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, file, 0);
    if (bytes == MAP_FAILED) return errno;
    return plan_decode(plan, bytes, (size_t)status.st_size);
}

int strata_plan_check(const uint8_t *bytes, size_t length) {
    static _Thread_local struct plan plan;
    return plan_decode(&plan, bytes, length);
}
