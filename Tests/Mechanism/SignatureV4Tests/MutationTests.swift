import SeededRandom
import Testing

@testable import SignatureV4

/// A request that was modified in transit is refused, wherever the change is.
@Suite struct MutationTests {
    private static let seed: UInt64 = 20_260_203

    /// Flips one bit of a text; a text that is then invalid UTF-8 differs too.
    private func flipped(_ text: String, _ random: inout SeededGenerator) -> String {
        var bytes = Array(text.utf8)
        let place = Int.random(in: 0..<bytes.count, using: &random)
        bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test(arguments: [Sample.inHeaders(), Sample.inHeaders(token: "to/ken=="), Sample.inQuery()])
    func `a flipped bit of method, path or query is refused`(sample: Sample) {
        var random = SeededGenerator(seed: Self.seed)
        for round in 0..<2_000 {
            var changed = sample
            switch round % 3 {
            case 0: changed.request.method = flipped(sample.request.method, &random)
            case 1: changed.request.rawPath = flipped(sample.request.rawPath, &random)
            default: changed.request.rawQuery = flipped(sample.request.rawQuery, &random)
            }
            // A hexadecimal digit of a code such as %2F has the same value in either case.
            if QueryMeaning(changed.request.rawQuery) == QueryMeaning(sample.request.rawQuery), round % 3 == 2 {
                continue
            }
            #expect(changed.fault() != nil, "seed \(Self.seed), round \(round): \(changed.request)")
        }
    }

    @Test(arguments: [Sample.inHeaders(), Sample.inHeaders(token: "to/ken==")])
    func `a flipped bit of a signed header or the body is refused`(sample: Sample) {
        var random = SeededGenerator(seed: Self.seed)
        for round in 0..<2_000 {
            var changed = sample
            if round % 2 == 0 {
                let place = Int.random(in: 0..<sample.body.count, using: &random)
                changed.body[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            } else {
                let place = Int.random(in: 0..<sample.request.headers.count, using: &random)
                let value = sample.request.headers[place].value
                changed.request.headers[place].value = flipped(value, &random)
                guard HeaderMeaning(changed.request.headers[place].value) != HeaderMeaning(value) else { continue }
            }
            // The access key is looked up elsewhere; all other parts of the header must be correct.
            if changed.request.header("Authorization")?.contains("AKIDEXAMPLE") == false { continue }
            #expect(changed.fault() != nil, "seed \(Self.seed), round \(round): \(changed.request)")
        }
    }
}

/// The decoded meaning of a query.
private struct QueryMeaning: Equatable {
    let pairs: [[[UInt8]]]

    init(_ rawQuery: String) {
        pairs = rawQuery.utf8.split(separator: UInt8(ascii: "&")).map { pair in
            pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
                .map { URIEncoding.decode($0, plusIsSpace: true) }
        }
    }
}

/// The meaning of a header's value: runs of separators and white space count as one.
private struct HeaderMeaning: Equatable {
    let words: [String]

    init(_ value: String) {
        words = value.split { $0 == " " || $0 == "," || ("\t"..."\r").contains($0) }.map { $0.lowercased() }
    }
}
