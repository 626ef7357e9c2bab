internal import PackageContents
internal import Packaging

/// The page of `strata layer inspect --html`: for each package a treemap as SVG, and a table with the same numbers. It
/// loads nothing and has no script; names in packages are escaped.
struct ContentsPage {
    private let packages: [(name: String, summary: ContentsSummary)]

    init(_ packages: [(name: String, summary: ContentsSummary)]) {
        self.packages = packages
    }

    /// The page's text.
    var html: String {
        let title = packages.map(\.name).joined(separator: ", ")
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>\(Self.escaped(title))</title>
            <style>\(Self.style)</style>
            </head>
            <body>
            \(packages.map(section).joined(separator: "\n"))
            </body>
            </html>

            """
    }

    private func section(_ name: String, _ summary: ContentsSummary) -> String {
        let zipped = summary.total.zippedBytes.map { ", \(ByteCount.text($0)) zipped" } ?? ""
        let rows = summary.parts.map { part in
            let zipped = part.size.zippedBytes.map(ByteCount.text) ?? "–"
            let share = LayerInspectReport.share(part.size.bytes, of: summary.total.bytes)
            return "<tr><td>\(Self.escaped(LayerInspectReport.label(of: part)))</td>"
                + "<td>\(Self.escaped(part.version ?? "–"))</td><td>\(part.size.files)</td>"
                + "<td>\(ByteCount.text(part.size.bytes))</td><td>\(zipped)</td><td>\(share)</td></tr>"
        }
        return """
            <main>
            <h1>\(Self.escaped(name))</h1>
            <p>\(LayerInspectReport.count(summary.total.files, "file")), \(ByteCount.text(summary.total.bytes)) \
            unpacked\(zipped)</p>
            \(map(summary))
            <table>
            <thead><tr><th>Package</th><th>Version</th><th>Files</th><th>Unpacked</th><th>Zipped</th>\
            <th>Share</th></tr></thead>
            <tbody>
            \(rows.joined(separator: "\n"))
            </tbody>
            </table>
            </main>
            """
    }

    /// The treemap: a rectangle for each part, and in it one for each of its folders.
    private func map(_ summary: ContentsSummary) -> String {
        let whole = Treemap.Rectangle(x: 0, y: 0, width: Self.width, height: Self.height)
        let parts = summary.parts.filter { $0.size.bytes > 0 }
        let places = Treemap.rectangles(parts.map { Double($0.size.bytes) }, in: whole)
        let groups = zip(parts, places).enumerated().map { index, pair in
            let (part, place) = pair
            let label = [LayerInspectReport.label(of: part), part.version].compactMap { $0 }.joined(separator: " ")
            let share = LayerInspectReport.share(part.size.bytes, of: summary.total.bytes)
            let title = "\(label): \(ByteCount.text(part.size.bytes)), \(share)"
            return "<g class=\"c\(index % Self.colorCount)\"><title>\(Self.escaped(title))</title>"
                + Self.rectangle(place, of: "part") + inner(part, place) + text(label, part, place) + "</g>"
        }
        return "<svg viewBox=\"0 0 \(Int(Self.width)) \(Int(Self.height))\" role=\"img\" "
            + "aria-label=\"Sizes by package; the table below has the numbers\">\n"
            + groups.joined(separator: "\n") + "\n</svg>"
    }

    private func inner(_ part: ContentsSummary.Part, _ place: Treemap.Rectangle) -> String {
        guard place.width > 60, place.height > 50 else { return "" }
        let folders = part.folders.filter { $0.size.bytes > 0 }
        let area = place.inset(3, top: Self.lineHeight * 2 + 6)
        return zip(folders, Treemap.rectangles(folders.map { Double($0.size.bytes) }, in: area)).map { folder, place in
            guard place.width > 1.5, place.height > 1.5 else { return "" }
            let title = "\(folder.path)/: \(ByteCount.text(folder.size.bytes))"
            let name = folder.path.split(separator: "/").last.map(String.init) ?? ""
            return "<g><title>\(Self.escaped(title))</title>\(Self.rectangle(place, of: "folder"))"
                + (place.height > Self.lineHeight + 4 ? line(name, 1, "size", place) : "") + "</g>"
        }.joined()
    }

    /// The name and size, where there is room.
    private func text(_ label: String, _ part: ContentsSummary.Part, _ place: Treemap.Rectangle) -> String {
        guard place.height > Self.lineHeight + 4 else { return "" }
        let name = line(label, 1, "name", place)
        guard place.height > Self.lineHeight * 2 + 4 else { return name }
        return name + line(ByteCount.text(part.size.bytes), 2, "size", place)
    }

    /// One row of text in a rectangle, cut to its width.
    private func line(_ text: String, _ row: Double, _ style: String, _ place: Treemap.Rectangle) -> String {
        let columns = Int((place.width - 8) / Self.letterWidth)
        guard columns > 3, !text.isEmpty else { return "" }
        let x = Self.number(place.x + 5)
        let y = Self.number(place.y + row * Self.lineHeight)
        return "<text class=\"\(style)\" x=\"\(x)\" y=\"\(y)\">\(Self.escaped(text.cut(to: columns)))</text>"
    }

    private static func rectangle(_ place: Treemap.Rectangle, of name: String) -> String {
        "<rect class=\"\(name)\" x=\"\(number(place.x))\" y=\"\(number(place.y))\" width=\"\(number(place.width))\" "
            + "height=\"\(number(place.height))\"/>"
    }

    /// With one decimal, by which no text differs between hosts.
    private static func number(_ number: Double) -> String {
        let tenths = Int((number * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }

    /// Text that is neither markup nor the end of an attribute; control characters, which XML does not have, are
    /// spaces.
    static func escaped(_ text: String) -> String {
        text.onOneLine.map { character in
            switch character {
            case "&": "&amp;"
            case "<": "&lt;"
            case ">": "&gt;"
            case "\"": "&quot;"
            case "'": "&#39;"
            default: String(character)
            }
        }.joined()
    }

    private static let width = 1_200.0
    private static let height = 640.0
    private static let lineHeight = 16.0
    /// Of the widest letters of the font's size, on average.
    private static let letterWidth = 7.4
    private static let colorCount = 8

    private static let style: String = {
        // Hues that differ for all kinds of colour vision (Okabe and Ito), pale for black text and deep for white.
        let hues = [(202, 60), (41, 80), (164, 50), (326, 45), (56, 65), (26, 75), (230, 45), (0, 0)]
        func colors(_ lightness: Int) -> String {
            hues.enumerated().map { ".c\($0) .part{fill:hsl(\($1.0) \($1.1)% \(lightness)%)}" }.joined(separator: "\n")
        }
        return """

            body{margin:0 auto;max-width:1240px;padding:1rem;background:#fff;color:#16191d;
            font:15px/1.45 system-ui,sans-serif}
            h1{font-size:1.15rem;margin:.6rem 0 0;overflow-wrap:anywhere}
            p{margin:.2rem 0 .8rem}
            svg{display:block;width:100%;height:auto;font:13px system-ui,sans-serif}
            rect{stroke:#fff}
            .part{stroke-width:2}
            .folder{fill:rgb(255 255 255/.32);stroke-width:1}
            g:hover>.folder{fill:rgb(255 255 255/.62)}
            text{fill:#16191d;pointer-events:none}
            .name{font-weight:600}
            table{border-collapse:collapse;margin-top:1rem;width:100%}
            th,td{padding:.25rem .6rem;border-bottom:1px solid #d7dce1;text-align:right}
            th:nth-child(-n+2),td:nth-child(-n+2){text-align:left;overflow-wrap:anywhere}
            \(colors(78))
            @media (prefers-color-scheme:dark){
            body{background:#16191d;color:#e8eaed}
            rect{stroke:#16191d}
            .folder{fill:rgb(0 0 0/.22)}
            g:hover>.folder{fill:rgb(255 255 255/.18)}
            text{fill:#f4f6f8}
            th,td{border-color:#3a4048}
            \(colors(30))
            }

            """
    }()
}
