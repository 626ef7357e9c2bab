internal import Domain

/// The X-Ray header of an invocation that came without one.
///
/// Source: "Tracing header" in the AWS X-Ray developer guide.
enum TraceHeader {
    static func make(nowMilliseconds: Int64, function: String) -> String {
        let time = String(nowMilliseconds / 1000, radix: 16)
        let identity = RequestIdentifier.make().utf8.filter { $0 != UInt8(ascii: "-") }
        let root = String(decoding: identity.suffix(24), as: UTF8.self)
        let parent = String(decoding: identity.prefix(16), as: UTF8.self)
        return "Root=1-\(time)-\(root);Parent=\(parent);Sampled=0;Lineage=1:\(function):0"
    }
}
