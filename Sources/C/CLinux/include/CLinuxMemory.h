// A memory call that Swift's Glibc module hides.
#pragma once

/// malloc_trim(3): gives back to the kernel what was freed, of all arenas.
void clinux_release_memory(void);
