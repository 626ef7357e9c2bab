/// Divides a rectangle among weights, so that areas are in their proportion and the pieces nearly square ("Squarified
/// treemaps", Bruls, Huizing, van Wijk, 2000). Pure.
enum Treemap {
    /// A rectangle.
    struct Rectangle: Equatable {
        var x: Double
        var y: Double
        var width: Double
        var height: Double

        /// The rectangle without a margin on each side, and more above; never of a negative size.
        func inset(_ margin: Double, top: Double) -> Rectangle {
            Rectangle(
                x: x + margin, y: y + top, width: max(0, width - 2 * margin), height: max(0, height - margin - top))
        }
    }

    /// The rectangle of each weight, in the order of the weights, which have to be positive and descending.
    static func rectangles(_ weights: [Double], in whole: Rectangle) -> [Rectangle] {
        let total = weights.reduce(0, +)
        guard total > 0, whole.width > 0, whole.height > 0 else {
            return weights.map { _ in Rectangle(x: whole.x, y: whole.y, width: 0, height: 0) }
        }
        let scale = whole.width * whole.height / total
        var rest = whole
        var rectangles: [Rectangle] = []
        var start = 0
        while start < weights.count {
            let side = min(rest.width, rest.height)
            var end = start + 1
            var sum = weights[start] * scale
            while end < weights.count {
                let next = sum + weights[end] * scale
                let before = worstRatio(weights[start] * scale, weights[end - 1] * scale, sum, side)
                let after = worstRatio(weights[start] * scale, weights[end] * scale, next, side)
                guard after <= before else { break }
                sum = next
                end += 1
            }
            rectangles += row(weights[start..<end].map { $0 * scale }, sum, &rest)
            start = end
        }
        return rectangles
    }

    /// The longest side of a row's rectangles by their shortest: that of the largest or the smallest one.
    private static func worstRatio(_ largest: Double, _ smallest: Double, _ sum: Double, _ side: Double) -> Double {
        let square = side * side
        return max(square * largest / (sum * sum), sum * sum / (square * max(smallest, .leastNormalMagnitude)))
    }

    /// Lays a row along the shorter side, and takes it off the rest.
    private static func row(_ areas: [Double], _ sum: Double, _ rest: inout Rectangle) -> [Rectangle] {
        let isColumn = rest.width >= rest.height
        let thickness = min(
            sum / max(.leastNormalMagnitude, isColumn ? rest.height : rest.width), max(rest.width, rest.height))
        var offset = 0.0
        let row = areas.map { area in
            let length = area / max(.leastNormalMagnitude, thickness)
            defer { offset += length }
            return isColumn
                ? Rectangle(x: rest.x, y: rest.y + offset, width: thickness, height: length)
                : Rectangle(x: rest.x + offset, y: rest.y, width: length, height: thickness)
        }
        if isColumn {
            rest.x += thickness
            rest.width = max(0, rest.width - thickness)
        } else {
            rest.y += thickness
            rest.height = max(0, rest.height - thickness)
        }
        return row
    }
}
