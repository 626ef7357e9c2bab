import AWSProtocol
import Catalog
import Store
import Testing

@testable import ServiceKit

@Suite struct StoreFailureTests {
    private func failure(_ kind: StoreError.Kind, isOutcomeUnknown: Bool = false) -> StoreError {
        StoreError(kind, code: "Engine error 1", message: "away", isOutcomeUnknown: isOutcomeUnknown)
    }

    @Test(
        arguments: [
            (.unavailable, 503), (.busy, 503), (.conflict, 503), (.full, 500), (.damaged, 500), (.invalid, 500),
            (.uniqueViolation, 500), (.constraintViolation, 500),
        ] as [(StoreError.Kind, Int)])
    func `a call that may succeed later is answered with 503, any other with the service's error`(
        kind: StoreError.Kind, status: Int
    ) {
        let shape = ErrorShape("ServiceException", status: 500, messageKey: "message", fault: .server)
        for error in [failure(kind), CatalogError.storage(failure(kind))] as [any Error] {
            let answer = ServiceError(ofStore: error, otherwise: shape)
            #expect(answer.shape.status == status)
            #expect((answer.retryAfterSeconds != nil) == (status == 503))
        }
    }

    @Test func `a call is throttled where an outbox has reached its limit`() {
        let shape = ErrorShape("ServiceException", status: 500, messageKey: "message", fault: .server)
        let answer = ServiceError(ofStore: failure(.limitExceeded), otherwise: shape)
        #expect((answer.shape.name, answer.shape.status) == ("ThrottlingException", 400))
        #expect(answer.retryAfterSeconds == 1)
    }

    @Test func `a caller is told where its change may have been made`() {
        let shape = ErrorShape.serviceUnavailable
        let known = ServiceError(ofStore: failure(.unavailable), otherwise: shape)
        #expect(known.message.contains("Nothing has changed") && known.message.contains("Engine error 1"))
        let unknown = ServiceError(ofStore: failure(.unavailable, isOutcomeUnknown: true), otherwise: shape)
        #expect(unknown.message.contains("may have been made") && !unknown.message.contains("Nothing"))
    }

    @Test(arguments: [("sqlite", "sqlite"), ("postgres://me:s3?cret@host/db", "postgresql")])
    func `a location is described without its URL, which may have a password`(text: String, description: String) {
        #expect(DatabaseLocation(text)?.description == description)
    }

    @Test(arguments: ["", "mysql://host/db", "SQLite", "host/db", " postgres://host/db"])
    func `what is no database is refused`(text: String) {
        #expect(DatabaseLocation(text) == nil)
    }
}
