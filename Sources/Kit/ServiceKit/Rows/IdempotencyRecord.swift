package import Digest
package import Store

/// Makes a change happen once, however often it is asked for: calls with an idempotency token, and deliveries, which
/// come twice after a crash. The token is a row of the change's transaction, beside what was answered.
package struct IdempotencyRecord: Sendable {
    /// The kind of call, and whose token it is: `ACCOUNT/REGION/OPERATION`, or `deliveries`.
    package let scope: String
    /// The caller's token, or the delivery's id.
    package let token: String
    /// What tells two calls apart that have the same token: the digest of their parameters.
    package let parameters: SHA256Digest
    /// When the token is forgotten, in milliseconds since 1970.
    package let expiresMilliseconds: Int64

    /// Describes a call.
    ///
    /// - Parameter parameters: The encoded parameters, without the token.
    package init(scope: String, token: String, parameters: [UInt8], expiresMilliseconds: Int64) {
        self.scope = scope
        self.token = token
        self.parameters = SHA256Digest(hashing: parameters)
        self.expiresMilliseconds = expiresMilliseconds
    }

    /// Describes a delivery. It is remembered longer than one is tried.
    package init(_ delivery: Delivery, nowMilliseconds: Int64) {
        self.init(
            scope: "deliveries", token: delivery.id, parameters: [],
            expiresMilliseconds: nowMilliseconds + Self.deliveryRetentionMilliseconds)
    }

    /// What a call with a token came to.
    package enum Outcome: Hashable, Sendable {
        /// It was the first one: the change was made.
        case made([UInt8])
        /// A call with the same token and the same parameters was answered with this. Nothing was changed.
        case repeated([UInt8])
        /// A call with the same token had other parameters. Nothing was changed.
        case mismatch
    }

    /// The table, for the migrations of a store that uses it.
    package static let migration = Migration(
        "once only",
        """
        CREATE TABLE once_only (
            scope TEXT NOT NULL, token TEXT NOT NULL,
            parameters BLOB NOT NULL, answer BLOB NOT NULL,
            expires INTEGER NOT NULL,
            PRIMARY KEY (scope, token)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX once_only_expires ON once_only (expires);
        """)

    /// A delivery is tried for six hours at most, and a day is what a server may be away in between.
    private static let deliveryRetentionMilliseconds: Int64 = 30 * 3_600_000
    /// One call in this many forgets expired tokens. Each call that looks for them is in the way of concurrent ones on
    /// PostgreSQL, which has serializable transactions that read where others write start again.
    private static let callsBetweenForgetting: UInt8 = 16
    /// Tokens that one call forgets at most, so that none takes long. More than the calls in between, so that expired
    /// ones run out.
    fileprivate static let forgottenAtOnce = 100

    /// Whether this call forgets expired tokens: by its token, so that the choice needs no memory.
    fileprivate var forgetsTokens: Bool {
        SHA256Digest(hashing: Array("\(scope)/\(token)".utf8)).bytes[0] % Self.callsBetweenForgetting == 0
    }
}

extension Connection {
    /// Makes a change, unless a call with the same token has made it.
    ///
    /// - Parameters:
    ///   - failure: Converts the store's errors to those of the closure.
    ///   - change: Makes the change, and returns the encoded answer, which is kept.
    package borrowing func perform<Failure: Error>(
        _ call: IdempotencyRecord, nowMilliseconds: Int64, failingAs failure: (StoreError) -> Failure,
        _ change: () throws(Failure) -> [UInt8]
    ) throws(Failure) -> IdempotencyRecord.Outcome {
        do throws(StoreError) {
            if call.forgetsTokens { try forgetTokens(before: nowMilliseconds) }
            if let outcome = try outcome(of: call, nowMilliseconds) { return outcome }
        } catch {
            throw failure(error)
        }
        let answer = try change()
        do throws(StoreError) {
            try run(
                """
                INSERT INTO once_only (scope, token, parameters, answer, expires) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (scope, token) DO UPDATE SET
                    parameters = excluded.parameters, answer = excluded.answer, expires = excluded.expires
                """,
                [
                    .text(call.scope), .text(call.token), .blob(call.parameters.bytes), .blob(answer),
                    .integer(Int(call.expiresMilliseconds)),
                ])
        } catch {
            throw failure(error)
        }
        return .made(answer)
    }

    private borrowing func outcome(
        of call: IdempotencyRecord, _ nowMilliseconds: Int64
    ) throws(StoreError) -> IdempotencyRecord.Outcome? {
        try first(
            "SELECT parameters, answer FROM once_only WHERE scope = ? AND token = ? AND expires > ?",
            [.text(call.scope), .text(call.token), .integer(Int(nowMilliseconds))]
        ) { $0.blob(0) == call.parameters.bytes ? .repeated($0.blob(1)) : .mismatch }
    }

    private borrowing func forgetTokens(before milliseconds: Int64) throws(StoreError) {
        try run(
            """
            DELETE FROM once_only WHERE (scope, token) IN (
                SELECT scope, token FROM once_only WHERE expires <= ? ORDER BY expires LIMIT ?)
            """, [.integer(Int(milliseconds)), .integer(IdempotencyRecord.forgottenAtOnce)])
    }
}
