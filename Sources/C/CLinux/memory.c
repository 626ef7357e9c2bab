#include "CLinuxMemory.h"

#include <malloc.h>

void strata_release_memory(void) {
    malloc_trim(0);
}
