internal import LinuxSystem
internal import Synchronization

/// Measures a sandbox's memory where no cgroup does: for an ordinary user's server without delegation.
///
/// A function can exceed its limit between two readings; the caller polls while the function is busy.
final class MemoryWatch: Sendable {
    private let processID: Int32
    private let limitBytes: UInt64
    private let peak = Mutex<UInt64>(0)

    init(processID: Int32, limitBytes: UInt64) {
        self.processID = processID
        self.limitBytes = limitBytes
    }

    /// Measures the memory in use, and updates the peak.
    func reading() -> MemoryReading {
        let bytes = residentBytes()
        let highest = peak.withLock { peak in
            peak = max(peak, bytes)
            return peak
        }
        return MemoryReading(currentBytes: bytes, peakBytes: highest, isEnforced: false)
    }

    /// The memory of all processes inside. The resident set counts shared pages once per process, and is cheap; only
    /// when it exceeds the limit are the pages counted properly, which makes the kernel walk the page tables.
    private func residentBytes() -> UInt64 {
        let processes = ProcessMemory.descendants(of: processID)
        let resident = processes.reduce(0) { $0 + ProcessMemory.residentBytes(of: $1) }
        guard resident > limitBytes else { return resident }
        return processes.reduce(0) { sum, process in
            sum + (ProcessMemory.proportionalBytes(of: process) ?? ProcessMemory.residentBytes(of: process))
        }
    }
}
