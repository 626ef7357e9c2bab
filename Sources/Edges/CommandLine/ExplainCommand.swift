internal import LayerCheck

/// `strata explain`: what a code in a report means, and what to do.
enum ExplainCommand {
    static let command = Command(
        name: "explain",
        summary: "Explain a code that 'strata layer check' reports, or list all codes.",
        operand: "CODE", operandCount: .optional,
        run: { arguments, console in
            guard let code = arguments.operands.first else {
                for rule in LayerRule.allCases { console.print(head(rule)) }
                return 0
            }
            guard let rule = LayerRule(rawValue: code.uppercased()) else {
                throw arguments.refusal("no code is '\(code)'; 'strata explain' lists them")
            }
            console.print(console.style.bold(head(rule)))
            console.print("\n" + rule.explanation.wrapped(to: 80).joined(separator: "\n"))
            return 0
        })

    /// `L101  error    Python packages at the top of the layer`
    private static func head(_ rule: LayerRule) -> String {
        let severity = rule.severity.rawValue
        return "\(rule.code)  \(severity)\(String(repeating: " ", count: 9 - severity.count))\(rule.title)"
    }
}
