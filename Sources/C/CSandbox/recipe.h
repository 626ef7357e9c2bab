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
void bound_buffers(void);                                       // before the root hides the host's /proc
void raise_loopback(int control);
void open_listeners(const struct plan *plan, int control, int *listeners);
// privileges.c
int write_text(const char *path, const char *text);             // to a file of the kernel; 0, or -1 with errno
void map_own_user(const struct plan *plan, int control);        // unprivileged server: uid inside → own uid
int write_user_map(const struct plan *plan, int pid);           // launcher: uid inside → distinct uid; 0 or -1
// Where the server is not the host's root, the kernel counts watches for the server's user too, all environments
// together. A host whose /proc is read-only keeps its own limits.
int open_user_limits(void);                                     // before the root hides the host's /proc; -1 for none
void bound_watches(int user_limits);                            // of the user namespace that the caller is in
void become_owner(const struct plan *plan, int control);        // root: the distinct uid, with root's capabilities
void become_inside_user(const struct plan *plan, int control);  // ids, then no capability in any set
void apply_limits(const struct plan *plan, int control);
int limit_descriptors(void);                                    // in a program's process; 0 or -1
int connect_inside(uint16_t port);                              // a socket whose connection is in progress, or -1
// calls.c
int install_filter(struct plan *plan, int control);             // seccomp: last, because it forbids the steps before;
                                                                // where refused calls arrive, or -1
void answer_call(const struct plan *plan, int listener, int control);
// sessions.c
bool may_make_session(int process);                             // for a program that asks; counts those it may make
// programs.c
void open_oom_score(int control);                               // before pid 1's own files of /proc are closed to it
int oom_score_file(void);                                       // open, for programs that are started later
// Their pid, or -1 and `stage_of_last_start`. Calls are answered meanwhile: the program's process asks for a session.
int start_command(const struct plan *plan, int control, int refused_calls);
int start_sidecar(const struct plan *plan, size_t index, int output, int control, int refused_calls);
enum strata_stage stage_of_last_start(void);
// runtime.c
_Noreturn void run_runtime(const struct plan *plan, int control, int refused_calls, const int *listeners);
