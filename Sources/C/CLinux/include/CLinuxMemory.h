// A memory call that Swift's Glibc module lacks.
#pragma once

/// malloc_trim(3): returns freed memory of all arenas to the kernel.
void clinux_release_memory(void);

/// mallopt(3), M_MMAP_THRESHOLD: blocks of this size and above are mapped, and unmapped when they are freed.
void clinux_map_blocks(int bytes);
