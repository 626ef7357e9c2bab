internal import Glibc

/// The memory of this machine.
package enum HostMemory {
    /// All of it, in MB (2²⁰ bytes); sysconf(3), `_SC_PHYS_PAGES`.
    package static var mebibytes: Int { sysconf(Int32(_SC_PHYS_PAGES)) / (1 << 20 / sysconf(Int32(_SC_PAGESIZE))) }
}
