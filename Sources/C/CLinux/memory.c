#include "CLinuxMemory.h"

#include <malloc.h>

void clinux_release_memory(void) {
    malloc_trim(0);
}

void clinux_map_blocks(int bytes) {
    mallopt(M_MMAP_THRESHOLD, bytes);
    // Twice that, as glibc keeps it where it chooses both: with 128 KiB, its default, heaps would shrink and grow with
    // every payload.
    mallopt(M_TRIM_THRESHOLD, 2 * bytes);
}
