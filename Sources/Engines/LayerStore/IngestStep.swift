/// The moments of an ingest, in order. Tests stop the world at each of them.
package enum IngestStep: CaseIterable, Sendable {
    /// The ingest's own folder is there.
    case began
    /// The zip is copied and its digest known; nothing of it is believed yet.
    case zipCopied
    /// The whole tree is decided and nothing of it is written.
    case planned
    /// The tree is written below the ingest's folder.
    case unpacked
    /// All of it is on disk.
    case durable
    /// New objects have their names.
    case objectsPlaced
    /// The zip has its name.
    case zipPlaced
    /// The manifest has its name.
    case manifestPlaced
    /// The tree has its name.
    case treePlaced
    /// All names are on disk; the caller has not heard yet.
    case published
}
