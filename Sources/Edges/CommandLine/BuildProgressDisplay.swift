internal import Packaging

/// Shows how far a build is: as a bar where standard error is a terminal, else as a line for each stage.
struct BuildProgressDisplay {
    private let console: Console
    /// What is on the terminal's current line.
    private var bar = ""
    private var lastStage: BuildStage?

    init(_ console: Console) { self.console = console }

    /// Shows an event.
    mutating func show(_ event: BuildProgress) {
        switch event {
        case .output(let line):
            clear()
            console.report(line)
        case .stage(let stage, let done, let total):
            guard let columns = console.reportColumns() else {
                if stage != lastStage { console.report(Self.text(of: stage, total)) }
                lastStage = stage
                return
            }
            draw(Self.bar(Self.text(of: stage, nil), done, total, columns: columns))
        }
    }

    /// Leaves an empty line on a terminal.
    mutating func finish() { clear() }

    private mutating func clear() {
        guard !bar.isEmpty else { return }
        console.writeReport(Array("\r\u{1B}[K".utf8))
        bar = ""
    }

    /// Writes only what differs: a stage of thousands of files has a few dozen bars.
    private mutating func draw(_ text: String) {
        guard text != bar else { return }
        bar = text
        console.writeReport(Array("\r\u{1B}[K\(text)".utf8))
    }

    /// `Compiling for python3.12  [######    ]  61 %`
    static func bar(_ label: String, _ done: Int, _ total: Int, columns: Int) -> String {
        guard total > 0 else { return label.cut(to: columns) }
        let percent = done * 100 / total
        let width = max(10, min(40, columns - label.count - 12))
        let filled = done * width / total
        let text = String(repeating: "#", count: filled) + String(repeating: " ", count: width - filled)
        return "\(label)  [\(text)] \(percent < 10 ? "  " : percent < 100 ? " " : "")\(percent) %".cut(to: columns)
    }

    private static func text(of stage: BuildStage, _ total: Int?) -> String {
        switch stage {
        case .install(let target): "Installing for \(target)"
        case .compile(let runtime): "Compiling \(total.map { "\($0) sources " } ?? "")for \(runtime)"
        case .pack: "Packing\(total.map { " \($0) files" } ?? "")"
        }
    }
}
