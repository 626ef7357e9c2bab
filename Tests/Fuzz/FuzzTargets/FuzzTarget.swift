import Glibc
import SeededRandom

/// A reader of untrusted bytes, with what must hold for every input: docs/decisions/0034-inputs-that-coverage-finds.md.
///
/// `script/fuzz` runs it on inputs that libFuzzer makes, `FuzzTests` on those of `Tests/Fuzz/corpus`. An input is
/// judged by its bytes alone: what a target does at random comes from ``SeededGenerator/init(for:)``.
public struct FuzzTarget: Sendable {
    /// Its name, which is also that of its folder in the corpus.
    public let name: String
    /// Throws a ``FuzzFinding`` where a promise is broken. Errors of the reader are no findings, and are caught.
    private let check: @Sendable (UnsafeRawBufferPointer) throws -> Void

    init(_ name: String, _ check: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void) {
        self.name = name
        self.check = check
    }

    /// All targets, in the order in which they run.
    public static let all: [FuzzTarget] = [
        .plan, .encodedPlan, .reports, .zip, .forgedZip, .json, .cbor, .xml, .query, .router, .eventStream, .http,
        .chunkedBody, .awsChunked, .signature, .resourcePolicy, .trustPolicy, .wildcard, .pattern, .arn, .date, .lines,
        .subscription,
        .toml, .elf, .metadata,
    ]

    /// Reads an input, and checks what must hold. Some short inputs are read once more, repeated to
    /// ``repeatedBytes``: a reader whose time grows faster than its input shows there.
    public func run(_ input: UnsafeRawBufferPointer) throws(FuzzFinding) {
        try runInTime(input)
        guard let repeated = Self.repeated(input) else { return }
        let finding = repeated.withUnsafeBytes { bytes -> FuzzFinding? in
            do throws(FuzzFinding) {
                try runInTime(bytes)
                return nil
            } catch {
                return error
            }
        }
        if let finding { throw FuzzFinding("repeated to \(repeated.count) bytes: \(finding)") }
    }

    /// The most processor time for one input, with sanitizers or without optimization. Sixty-four KiB take a linear
    /// reader some milliseconds, and a quadratic one many seconds.
    private static let limitSeconds = 2.0
    private static let repeatedBytes = 64 << 10
    /// The longest input that is repeated, and one of how many is.
    private static let (longestRepeated, repeatedShare): (Int, UInt64) = (64, 512)

    private func runInTime(_ input: UnsafeRawBufferPointer) throws(FuzzFinding) {
        let start = Self.processorSeconds
        do {
            try check(input)
        } catch let finding as FuzzFinding {
            throw finding
        } catch {
            throw FuzzFinding("an error that is no answer to an input: \(error)")
        }
        let seconds = Self.processorSeconds - start
        guard seconds < Self.limitSeconds else { throw FuzzFinding("\(input.count) bytes took \(seconds) s") }
    }

    private static func repeated(_ input: UnsafeRawBufferPointer) -> [UInt8]? {
        guard !input.isEmpty, input.count <= longestRepeated else { return nil }
        var random = SeededGenerator(for: input)
        guard random.next() % repeatedShare == 0 else { return nil }
        return Array(repeatElement(input, count: repeatedBytes / input.count).joined())
    }

    /// The processor time of this thread, which other programs of a busy host do not change.
    private static var processorSeconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

/// A promise that an input breaks.
public struct FuzzFinding: Error, CustomStringConvertible {
    /// Which promise, and how.
    public let description: String

    init(_ description: String) { self.description = description }
}

/// Throws a finding where a promise is broken.
func expect(_ holds: Bool, _ promise: @autoclosure () -> String) throws(FuzzFinding) {
    guard holds else { throw FuzzFinding(promise()) }
}

extension SeededGenerator {
    /// The numbers that go with an input, by its FNV-1a hash: the same ones each time that it is run.
    init(for input: some Sequence<UInt8>) {
        self.init(seed: input.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 })
    }
}
