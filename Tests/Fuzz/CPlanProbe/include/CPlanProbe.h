#pragma once
#include <stddef.h>
#include <stdint.h>

// Reads a plan as strata-init does: decodes it, and then every string and number that the recipe would use. Returns 0
// or the decoder's errno, or -1 when a decoded plan breaks a promise that the recipe relies on.
int plan_probe(const uint8_t *bytes, size_t length);

// Reads a plan that is in a file, as strata-init gets it: 0 or an errno.
int plan_probe_file(int file);

// Sends a report as pid 1 does, with descriptors. Returns 0, or -1 when it could not be sent.
int report_probe(int control, const void *report, const int *descriptors, size_t count);
