import Testing

@testable import Digest

struct AuthenticatedCipherTests {
    private let context = Array("parameter".utf8)

    @Test func `what is encrypted is decrypted with the same key and context only`() throws {
        let cipher = AuthenticatedCipher(key: Array(repeating: 1, count: 32))
        let other = AuthenticatedCipher(key: Array(repeating: 2, count: 32))
        for message in [[], Array("x".utf8), Array(repeating: UInt8(7), count: 9_000)] {
            let sealed = cipher.encrypt(message, context: context)
            #expect(cipher.decrypt(sealed, context: context) == message)
            #expect(cipher.decrypt(sealed, context: []) == nil)
            #expect(other.decrypt(sealed, context: context) == nil)
            #expect(cipher.encrypt(message, context: context) != sealed)
        }
    }

    @Test func `a changed or cut message is not decrypted`() throws {
        let cipher = AuthenticatedCipher(key: Array(repeating: 1, count: 32))
        let sealed = cipher.encrypt(Array("secret".utf8), context: context)
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 1
            #expect(cipher.decrypt(changed, context: context) == nil)
            #expect(cipher.decrypt(Array(sealed.prefix(index)), context: context) == nil)
        }
    }
}
