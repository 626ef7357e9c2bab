@testable import AWSProtocol

/// A model with every kind of value, for the targets that read documents by schema.
enum SampleSchema {
    private static let library = ModelLibrary(
        reading: """
            service lobby name=lobby version=1 protocols=smithy-rpc-v2-cbor
            structure Everything
             Flag Flag
             Count Count
             Size Size
             Ratio Ratio
             Text Text
             Bytes Bytes
             When When
             Day When format=iso8601
             Moment When format=rfc822
             Words Words
             Flat Words flattened
             Notes Notes
             FlatNotes Notes flattened
             Inner Everything
             Rows Rows
             Mark Text attribute
             Any Any
            boolean Flag
            integer Count
            long Size
            double Ratio
            string Text
            blob Bytes
            timestamp When
            list Words Text
            list Rows Everything element=Row
            map Notes Text Text
            document Any
            """)

    /// A structure that has members of all kinds, itself included.
    static let everything = library.schema("Everything")
}

extension AWSValue {
    /// Whether both are equal when what is written once has lost its null members; no number equals NaN.
    func isLike(_ other: AWSValue) -> Bool {
        switch (self, other) {
        case (.double(let left), .double(let right)): left == right || left.isNaN && right.isNaN
        case (.list(let left), .list(let right)):
            left.count == right.count && zip(left, right).allSatisfy { $0.isLike($1) }
        case (.structure, .structure), (.map, .map):
            (other.members ?? [:]).allSatisfy { name, value in
                value == .null || members?[name].map { $0.isLike(value) } ?? false
            }
        default: self == other
        }
    }
}
