/// One page of a listing.
public enum Page {
    /// The default number of rows per page; Lambda's value.
    public static let defaultSize = 50

    /// The size of a page: the requested one, at least 1 and at most `limit`.
    public static func size(requested: Int?, default usual: Int = defaultSize, limit: Int = defaultSize) -> Int {
        min(max(requested ?? usual, 1), limit)
    }
}
