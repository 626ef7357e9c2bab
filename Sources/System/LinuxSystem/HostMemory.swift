internal import Glibc

/// The physical memory of this host.
package enum HostMemory {
    /// Its total size in MB (2²⁰ bytes); sysconf(3), `_SC_PHYS_PAGES`.
    package static var mebibytes: Int { sysconf(Int32(_SC_PHYS_PAGES)) / (1 << 20 / sysconf(Int32(_SC_PAGESIZE))) }
}
