internal import AWSProtocol
internal import LinuxSystem
internal import PackageContents

/// `strata layer inspect`: what is in layers and packages, by installed package.
enum LayerInspectCommand {
    static let tree = Flag("tree", help: "Show folders with their sizes instead of packages.")
    static let depth = Option(
        "depth", "NUMBER", .defaulted("3"), help: "Levels of folders that --tree shows."
    ) { (text) throws(ValueError) -> Int in
        guard let number = Int(text), (1...100).contains(number) else {
            throw ValueError(expectation: "a number from 1 to 100")
        }
        return number
    }
    static let html = Option(
        "html", "FILE", .optional(), help: "File to write as a web page too: a treemap, with nothing to load.")
    static let json = Flag("json", help: "Print JSON.")

    static let command = Command(
        name: "inspect",
        summary: "List what is in layers, with versions and sizes.",
        details: """
            Looks into zip files or folders. A Python package is what its RECORD lists, one of Node.js its folder in
            node_modules, one of Java its jar; other files are counted by folder. SHARE is the part of the unpacked
            bytes. Exits with 2 where a file cannot be read.
            """,
        options: [tree.description, depth.description, html.description, json.description],
        operand: "FILE", operandCount: .oneOrMore,
        run: { arguments, console in
            let depth = try arguments.value(of: depth)
            var reports: [LayerInspectReport] = []
            for path in arguments.operands {
                do throws(PackageReadError) {
                    reports.append(try LayerInspectReport(reading: path, depth: depth))
                } catch {
                    throw arguments.refusal(error.description)
                }
            }
            if let path = try arguments.optionalValue(of: html) { try write(reports, to: path, arguments) }
            if arguments[json] {
                console.print(json: .structure(["packages": .list(reports.map(\.document))]))
                return 0
            }
            for (index, report) in reports.enumerated() {
                if index > 0 { console.print("") }
                let width = console.isTerminal ? console.size()?.columns : nil
                let lines = arguments[tree] ? report.treeLines : report.lines(console.style, width: width)
                for line in lines { console.print(line) }
            }
            return 0
        })

    private static func write(
        _ reports: [LayerInspectReport], to path: String, _ arguments: Arguments
    ) throws(UsageError) {
        do throws(SystemCallError) {
            let page = ContentsPage(reports.map { ($0.name, $0.summary) }).html
            try FileReplacement(of: path).write(Array(page.utf8))
        } catch {
            throw arguments.refusal("--html: \(error.description)")
        }
    }
}
