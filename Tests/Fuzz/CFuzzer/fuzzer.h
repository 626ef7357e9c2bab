#pragma once
#include <stddef.h>
#include <stdint.h>

// libFuzzer's loop (https://llvm.org/docs/LibFuzzer.html, "Using libFuzzer as a library").
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*callback)(const uint8_t *bytes, size_t length));
