/// A set of small numbers, as bits.
struct PlaceSet: Hashable, Sendable {
    private var words: [UInt64]

    /// An empty set with room for numbers below a limit.
    init(below limit: Int) {
        words = Array(repeating: 0, count: (limit + 63) / 64)
    }

    init(_ places: some Sequence<Int>, below limit: Int) {
        self.init(below: limit)
        for place in places { insert(place) }
    }

    var isEmpty: Bool { words.allSatisfy { $0 == 0 } }
    var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

    func contains(_ place: Int) -> Bool { words[place >> 6] & 1 << UInt64(place & 63) != 0 }
    mutating func insert(_ place: Int) { words[place >> 6] |= 1 << UInt64(place & 63) }
    mutating func remove(_ place: Int) { words[place >> 6] &= ~(1 << UInt64(place & 63)) }

    mutating func formUnion(_ other: PlaceSet) { for index in words.indices { words[index] |= other.words[index] } }
    mutating func subtract(_ other: PlaceSet) { for index in words.indices { words[index] &= ~other.words[index] } }

    func union(_ other: PlaceSet) -> PlaceSet {
        var union = self
        union.formUnion(other)
        return union
    }

    func subtracting(_ other: PlaceSet) -> PlaceSet {
        var rest = self
        rest.subtract(other)
        return rest
    }

    func intersection(_ other: PlaceSet) -> PlaceSet {
        var common = self
        for index in words.indices { common.words[index] &= other.words[index] }
        return common
    }

    func isSubset(of other: PlaceSet) -> Bool {
        for index in words.indices where words[index] & ~other.words[index] != 0 { return false }
        return true
    }

    /// How many numbers are in both.
    func countCommon(_ other: PlaceSet) -> Int {
        var count = 0
        for index in words.indices { count += (words[index] & other.words[index]).nonzeroBitCount }
        return count
    }

    /// The numbers, in order.
    var places: [Int] {
        var places: [Int] = []
        forEach { places.append($0) }
        return places
    }

    func forEach(_ body: (Int) -> Void) {
        for index in words.indices {
            var word = words[index]
            while word != 0 {
                body(index << 6 + word.trailingZeroBitCount)
                word &= word - 1
            }
        }
    }
}
