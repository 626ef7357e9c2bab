/// One page of a listing.
public enum Page {
    /// How many rows a page holds where neither the request nor the operation says otherwise; Lambda's own figure.
    public static let defaultSize = 50

    /// The size of a page: what was asked for, at least 1 and at most `limit`.
    public static func size(requested: Int?, default usual: Int = defaultSize, limit: Int = defaultSize) -> Int {
        min(max(requested ?? usual, 1), limit)
    }
}
