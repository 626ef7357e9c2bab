internal import Digest
internal import LayerStore
internal import LinuxSystem
internal import ServiceKit

/// The links under which packages are downloaded, and what is behind them.
struct Downloads: Sendable {
    let links: DownloadLinks
    let layerStore: LayerStore

    /// A link under which a package can be downloaded for ten minutes.
    func link(_ digest: SHA256Digest, _ context: RequestContext) -> String {
        context.endpoint + links.make(for: digest, nowSeconds: WallClock.nowMilliseconds() / 1000)
    }

    /// The package behind a link, opened for the caller to close, and its size in bytes; `nil` for a link that does not
    /// work, or not any more.
    func open(_ target: String) -> (descriptor: Int32, sizeBytes: UInt64)? {
        guard let digest = links.resolve(target, nowSeconds: WallClock.nowMilliseconds() / 1000) else { return nil }
        do {
            let file = try layerStore.openZip(digest)
            let size = try file.status().size
            return (file.release(), UInt64(size))
        } catch {
            // A package that was deleted since is as gone as an expired link.
            return nil
        }
    }
}
