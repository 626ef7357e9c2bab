import Testing

@testable import CommandLine

@Suite struct TreemapTests {
    private let whole = Treemap.Rectangle(x: 10, y: 20, width: 400, height: 100)

    @Test(
        arguments: [
            [1], [1, 1], [6, 6, 4, 3, 2, 2, 1], [1_000, 1, 1, 1], Array(repeating: 3, count: 50),
            (1...200).map { Double(201 - $0) },
        ] as [[Double]])
    func `areas are in the proportion of weights, and do not overlap`(_ weights: [Double]) {
        let places = Treemap.rectangles(weights, in: whole)
        let scale = whole.width * whole.height / weights.reduce(0, +)
        #expect(places.count == weights.count)
        for (place, weight) in zip(places, weights) {
            #expect(abs(place.width * place.height - weight * scale) < 1e-6 * scale * weights[0])
            #expect(place.x >= whole.x - 1e-6 && place.x + place.width <= whole.x + whole.width + 1e-6)
            #expect(place.y >= whole.y - 1e-6 && place.y + place.height <= whole.y + whole.height + 1e-6)
        }
        for (index, one) in places.enumerated() {
            for other in places[(index + 1)...] {
                let width = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
                let height = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
                #expect(width < 1e-6 || height < 1e-6)
            }
        }
    }

    @Test func `pieces are nearly square`() {
        let places = Treemap.rectangles(Array(repeating: 1, count: 100), in: whole)
        #expect(places.allSatisfy { max($0.width / $0.height, $0.height / $0.width) < 2 })
    }

    @Test func `nothing to divide makes empty pieces`() {
        #expect(Treemap.rectangles([], in: whole).isEmpty)
        let empty = Treemap.Rectangle(x: 0, y: 0, width: 0, height: 5)
        #expect(Treemap.rectangles([2, 1], in: empty).allSatisfy { $0.width == 0 })
    }
}
