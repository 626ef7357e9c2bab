#pragma once
#include <stddef.h>

#include "include/CSandbox.h"

// Reports to the server that `stage` failed with `error` at `detail`, and ends this process. In pid 1 that ends the
// sandbox.
_Noreturn void fail_with(int control, enum strata_stage stage, int error, const char *detail);

// The same with the current errno.
_Noreturn void fail(int control, enum strata_stage stage, const char *detail);

// Sends a report, with descriptors when `count` is not 0. Returns 0, or -1 when the server has ended.
int report(int control, const struct strata_report *report, const int *descriptors, size_t count);
