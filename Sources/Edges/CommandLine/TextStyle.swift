/// Colours and bold text: only on a terminal, and not with `NO_COLOR` (<https://no-color.org>) or `TERM=dumb`.
struct TextStyle: Sendable {
    let isColored: Bool

    init(isTerminal: Bool, environment: [String: String]) {
        let isDisabled = !(environment["NO_COLOR"] ?? "").isEmpty || environment["TERM"] == "dumb"
        isColored = isTerminal && !isDisabled
    }

    func bold(_ text: String) -> String { wrap(text, code: "1") }
    func green(_ text: String) -> String { wrap(text, code: "32") }
    func yellow(_ text: String) -> String { wrap(text, code: "33") }
    func red(_ text: String) -> String { wrap(text, code: "31") }

    private func wrap(_ text: String, code: String) -> String {
        isColored ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}
