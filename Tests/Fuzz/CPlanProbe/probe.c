#include <stdbool.h>
#include <string.h>

#include "../../../Sources/C/CSandbox/plan.h"
#include "../../../Sources/C/CSandbox/report.h"
#include "include/CPlanProbe.h"

static struct plan plan;

// The plan's bytes, which every string must be in, with its end.
static const char *first_byte, *end;

static bool is_string(const char *text) {
    return text >= first_byte && text < end && memchr(text, 0, (size_t)(end - text)) != NULL;
}

static bool are_strings(const char *const *list, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (!is_string(list[i])) return false;
    return true;
}

// Whether `bytes` at `text` are whole strings, as the recipe goes through them.
static bool are_adjacent_strings(const char *text, size_t bytes) {
    if (text < first_byte || bytes > (size_t)(end - text)) return false;
    const char *stop = text + bytes;
    while (text < stop) {
        const char *found = memchr(text, 0, (size_t)(stop - text));
        if (!found) return false;
        text = found + 1;
    }
    return true;
}

static bool is_step(const struct plan_step *step) {
    bool has_bytes = step->kind == PLAN_FILE;
    if (!is_string(step->first) || step->mount != -1) return false;
    const char *path = step->kind == PLAN_LINK || step->kind == PLAN_BIND ? step->rest : step->first;
    if (!is_string(path) || path[0] == 0 || path[0] == '/') return false;
    return has_bytes ? step->rest >= first_byte && step->rest_bytes <= (size_t)(end - step->rest)
                     : are_adjacent_strings(step->rest, step->rest_bytes);
}

static bool has_counts(void) {
    return plan.step_count <= PLAN_STEPS_MAX && plan.port_count <= STRATA_LISTENERS_MAX &&
           plan.limit_count <= PLAN_LIMITS_MAX && plan.argument_count <= PLAN_ARGUMENTS_MAX &&
           plan.variable_count <= PLAN_VARIABLES_MAX && plan.sidecar_count <= STRATA_SIDECARS_MAX &&
           plan.sidecar_variable_count <= PLAN_VARIABLES_MAX && plan.filter_count <= PLAN_FILTER_MAX &&
           plan.cgroup_count <= PLAN_CGROUPS_MAX;
}

// Whether lists for execve(2) end where they must.
static bool has_ends(void) {
    return plan.arguments[plan.argument_count] == NULL && plan.variables[plan.variable_count] == NULL &&
           plan.sidecar_variables[plan.sidecar_variable_count] == NULL;
}

static bool is_sound(void) {
    if (!has_counts() || !has_ends()) return false;
    for (size_t i = 0; i < plan.step_count; i++)
        if (!is_step(&plan.steps[i])) return false;
    for (size_t i = 0; i < plan.port_count; i++)
        if (plan.ports[i] == 0) return false;
    return is_string(plan.hostname) && is_string(plan.working_directory) &&
           are_strings((const char *const *)plan.arguments, plan.argument_count) &&
           are_strings((const char *const *)plan.variables, plan.variable_count) &&
           are_strings((const char *const *)plan.sidecars, plan.sidecar_count) &&
           are_strings((const char *const *)plan.sidecar_variables, plan.sidecar_variable_count) &&
           are_strings(plan.cgroups, plan.cgroup_count) && plan.argument_count > 0 && plan.arguments[0][0] == '/' &&
           plan.filter_count > 0 && plan.inside_uid != 0 && plan.inside_gid != 0;
}

int plan_probe(const uint8_t *bytes, size_t length) {
    first_byte = (const char *)bytes;
    end = first_byte + length;
    int error = plan_decode(&plan, bytes, length);
    if (error) return error;
    return is_sound() ? 0 : -1;
}

int plan_probe_file(int file) { return plan_read(&plan, file); }

int report_probe(int control, const void *message, const int *descriptors, size_t count) {
    return report(control, message, descriptors, count);
}
