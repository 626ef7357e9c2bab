internal import CLinux

/// The heap of this process.
package enum HeapMemory {
    /// Returns freed memory to the kernel (malloc_trim(3)). Takes a few milliseconds.
    ///
    /// Each of glibc's arenas keeps the peak memory of its threads: with dozens of threads, many times what is in use.
    package static func release() { clinux_release_memory() }
}
