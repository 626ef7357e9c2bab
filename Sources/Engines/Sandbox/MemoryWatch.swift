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

    /// Measures the memory in use, and updates the peak. Takes seconds where a thousand processes compete for the
    /// processors.
    func reading() -> MemoryReading {
        let bytes = residentBytes()
        return MemoryReading(currentBytes: bytes, peakBytes: notePeak(bytes), isEnforced: false)
    }

    /// The peak in bytes, for which a few processes are measured now: a short invocation can end between two readings.
    /// Does not wait for anything that a function does, however many processes it starts.
    func peakBytes() -> UInt64 {
        let resident = Self.residentBytes(
            of: ProcessMemory.descendants(of: processID, limit: Self.quicklyMeasured))
        // Above the limit, shared pages would have to be counted properly.
        return notePeak(resident > limitBytes ? 0 : resident)
    }

    private func notePeak(_ bytes: UInt64) -> UInt64 {
        peak.withLock { peak in
            peak = max(peak, bytes)
            return peak
        }
    }

    /// The memory of all processes inside. The resident set counts shared pages once per process, and is cheap; only
    /// when it exceeds the limit are the pages counted properly, which makes the kernel walk the page tables.
    private func residentBytes() -> UInt64 {
        let processes = ProcessMemory.descendants(of: processID)
        let resident = Self.residentBytes(of: processes)
        guard resident > limitBytes else { return resident }
        return processes.reduce(0) { sum, process in
            sum + (ProcessMemory.proportionalBytes(of: process) ?? ProcessMemory.residentBytes(of: process))
        }
    }

    private static func residentBytes(of processes: [Int32]) -> UInt64 {
        processes.reduce(0) { $0 + ProcessMemory.residentBytes(of: $1) }
    }

    /// More than all but unusual functions have, and measured in less than a millisecond.
    private static let quicklyMeasured = 16
}
