import Testing

@testable import PostgreSQL

@Suite struct StatementTextTests {
    @Test(arguments: [
        ("SELECT 1", "SELECT 1", 0),
        ("a = ? AND b = ?", "a = $1 AND b = $2", 2),
        ("?1 ?3 ?1 ?", "$1 $3 $1 $4", 4),
        ("'?' ? '??' ?", "'?' $1 '??' $2", 2),
        ("'it''s ?' ?", "'it''s ?' $1", 1),
        ("\"a?\"\"?\" ?", "\"a?\"\"?\" $1", 1),
        ("E'\\'?' ? '\\' ?", "E'\\'?' $1 '\\' $2", 2),
        ("E'a''\\'?' ?", "E'a''\\'?' $1", 1),
        ("name'x\\' ?", "name'x\\' $1", 1),
        ("-- ?\n? -- ?", "-- ?\n$1 -- ?", 1),
        ("/* ? /* ? */ ? */ ? / ? * ?", "/* ? /* ? */ ? */ $1 / $2 * $3", 3),
        ("$$ ? $$ ? $a$ $$ ? $a$ ?", "$$ ? $$ $1 $a$ $$ ? $a$ $2", 2),
        ("$1 a$b$ ? a$b$", "$1 a$b$ $1 a$b$", 1),
        ("'ü?' ü ?", "'ü?' ü $1", 1),
        ("'open ?", "'open ?", 0),
        ("/* open ?", "/* open ?", 0),
        ("$x$ open ?", "$x$ open ?", 0),
        ("?", "$1", 1),
        ("", "", 0),
    ])
    func `placeholders are numbered where they are no part of quotes or comments`(
        _ sql: String, _ expected: String, _ count: Int
    ) {
        let text = StatementText(sql)
        #expect(text.text == expected)
        #expect(text.parameterCount == count)
    }
}
