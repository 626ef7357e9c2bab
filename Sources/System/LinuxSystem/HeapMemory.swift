internal import CLinux

/// The memory that this process allocates.
package enum HeapMemory {
    /// Gives back to the kernel what was freed, see malloc_trim(3). Takes a few milliseconds.
    ///
    /// Each of glibc's arenas keeps what its threads have ever needed at once; with dozens of threads that is many
    /// times what is in use.
    package static func release() { clinux_release_memory() }
}
