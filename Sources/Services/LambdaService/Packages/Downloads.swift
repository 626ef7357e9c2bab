internal import Digest
internal import LayerStore
internal import LinuxSystem
internal import ServiceKit

/// Makes links to download packages, and opens the packages of links.
struct Downloads: Sendable {
    private let links: DownloadLinks
    private let layerStore: LayerStore

    init(links: DownloadLinks, layerStore: LayerStore) {
        self.links = links
        self.layerStore = layerStore
    }

    /// A link under which a package can be downloaded for ten minutes.
    func link(_ digest: SHA256Digest, _ context: RequestContext) -> String {
        context.endpoint + links.make(for: digest, nowSeconds: WallClock.nowMilliseconds() / 1000)
    }

    /// Opens the package of a link; the caller closes the descriptor. `nil` for a link that is invalid or has expired.
    func open(_ target: String) -> (descriptor: Int32, sizeBytes: UInt64)? {
        guard let digest = links.resolve(target, nowSeconds: WallClock.nowMilliseconds() / 1000) else { return nil }
        do {
            let file = try layerStore.openZip(digest)
            let size = try file.status().size
            return (file.release(), UInt64(size))
        } catch {
            // The package was deleted since: the response is that of an expired link.
            return nil
        }
    }
}
