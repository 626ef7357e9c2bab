internal import CLinux

/// The heap of this process.
package enum HeapMemory {
    /// Returns freed memory to the kernel (malloc_trim(3)). Takes a few milliseconds.
    ///
    /// Each of glibc's arenas keeps the peak memory of its threads: with dozens of threads, many times what is in use.
    package static func release() { clinux_release_memory() }

    /// Has blocks of a size and above returned to the kernel as soon as they are freed, by every thread. Otherwise
    /// glibc raises that size to that of the largest block freed so far, up to 32 MiB, and arenas keep the payloads of
    /// a burst for good (mallopt(3), "Dynamic mmap threshold").
    package static func mapBlocks(fromBytes bytes: Int32) { clinux_map_blocks(bytes) }
}
