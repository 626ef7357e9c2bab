internal import PackageContents

/// `strata layer diff`: how two layers or packages differ.
enum LayerDiffCommand {
    static let files = Flag("files", help: "List every file that differs, those of packages too.")
    static let json = Flag("json", help: "Print JSON.")

    static let command = Command(
        name: "diff",
        summary: "Compare two layers: packages, versions, files and sizes.",
        details: """
            Compares zip files or folders, and one with the other. Files differ by their bytes, mode or link target;
            times, order and compression do not count. Exits with 0 where the contents are equal, with 1 where they
            differ, and with 2 where a file cannot be read.
            """,
        options: [files.description, json.description],
        operand: "OLD NEW", operandCount: .two,
        run: { arguments, console in
            let report: LayerDiffReport
            do throws(PackageReadError) {
                report = try LayerDiffReport(from: arguments.operands[0], to: arguments.operands[1])
            } catch {
                throw arguments.refusal(error.description)
            }
            if arguments[json] {
                console.print(json: report.document)
            } else {
                for line in report.lines(console.style, allFiles: arguments[files]) { console.print(line) }
            }
            return report.difference.isEmpty ? 0 : 1
        })
}
