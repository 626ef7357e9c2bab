public import AWSProtocol

/// An event as a source sends it to a function.
///
/// The shape is that of AWS's documentation; the values are this project's own, and agree with each other: one account
/// (123456789012), one region (us-east-1), and the same names in ARNs as elsewhere in the event.
public struct SampleEvent: Sendable {
    /// The name by which it is selected: `sqs`.
    public let name: String
    /// What happened, in a few words.
    public let summary: String
    /// The page that documents the shape.
    public let documentation: String
    private let text: StaticString
    private let rules: EventRules

    init(
        _ name: String, _ summary: String, documentation: String, free freePaths: [EventPath] = [],
        textMaps: Set<String> = [], _ text: StaticString
    ) {
        self.name = name
        self.summary = summary
        self.documentation = documentation
        self.text = text
        rules = EventRules(freePaths: freePaths, textMaps: textMaps)
    }

    /// The event, for changes. Throws where the sample is no JSON, which a test of each sample excludes.
    public func document() throws(JSONSyntaxError) -> EventDocument {
        EventDocument(try JSONTree(text.withUTF8Buffer { Array($0) }), rules: rules)
    }

    /// All samples, in the order of their names.
    public static let all =
        (HTTPSamples.all + MessageSamples.all + StreamSamples.all + StorageSamples.all
        + ScheduleSamples.all + OperationSamples.all + InteractionSamples.all).sorted { $0.name < $1.name }

    /// The sample of a name; `nil` where there is none.
    public static func named(_ name: String) -> SampleEvent? {
        all.first { $0.name == name }
    }
}
