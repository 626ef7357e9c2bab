/// The steps of an ingest, in order. Tests inject failures and crashes at each.
package enum IngestStep: CaseIterable, Sendable {
    /// The ingest's workspace exists.
    case began
    /// The zip is copied and its digest known; its content is not checked yet.
    case zipCopied
    /// The whole tree is planned, and nothing of it is written.
    case planned
    /// The tree is written in the workspace.
    case unpacked
    /// All of it is on disk.
    case durable
    /// New objects are in place.
    case objectsPlaced
    /// The zip is in place.
    case zipPlaced
    /// The manifest is in place.
    case manifestPlaced
    /// The tree is in place.
    case treePlaced
    /// All names are on disk; the call has not returned yet.
    case published
}
