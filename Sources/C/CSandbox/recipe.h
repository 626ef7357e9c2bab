#pragma once
#include "plan.h"
#include "report.h"

// The steps of the recipe, in the order in which pid 1 performs them. Each succeeds, or reports its stage to the server
// and ends the process, so the recipe itself needs no error handling.

// mounts.c
void stop_propagation(int control);                             // nothing mounted from here on reaches the host
void open_sources(const struct plan *plan, int control);        // host paths to detached mounts, before they are hidden
void make_root(int control);                                    // an empty tmpfs, the working directory from here on
void build_tree(const struct plan *plan, int control);          // the plan's steps, in order
void enter_root(int control);                                   // pivot, drop the old root, make the new one read-only
// network.c
void raise_loopback(int control);
void open_listeners(const struct plan *plan, int control, int *listeners);
// privileges.c
void map_own_user(const struct plan *plan, int control);        // unprivileged server: uid inside → own uid
int write_user_map(const struct plan *plan, int pid);           // launcher: uid inside → distinct uid; 0 or -1
void become_inside_user(const struct plan *plan, int control);  // ids, then no capability in any set
void apply_limits(const struct plan *plan, int control);
void install_filter(const struct plan *plan, int control);      // seccomp: last, because it forbids the steps before
int connect_inside(uint16_t port);                              // a socket whose connection is in progress, or -1
// programs.c
int start_command(const struct plan *plan, int control);        // its pid, or -1 and `stage_of_last_start`
int start_sidecar(const struct plan *plan, size_t index, int output, int control);
enum strata_stage stage_of_last_start(void);
// runtime.c
_Noreturn void run_runtime(const struct plan *plan, int control, const int *listeners);
