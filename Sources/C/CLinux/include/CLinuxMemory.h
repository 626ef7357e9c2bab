// A memory call that Swift's Glibc module lacks.
#pragma once

/// malloc_trim(3): returns freed memory of all arenas to the kernel.
void clinux_release_memory(void);
