package import HTTP
package import SignatureV4

/// Takes the content of one request's body as it arrives, such as an upload, without the framing of its chunks.
///
/// What arrives is verified as a whole: whether it is what the caller has signed is known at its end. Until then the
/// receiver keeps it aside. Either ``finish(_:trailers:)`` or ``discard()`` is called, once, and nothing after it.
package protocol ContentReceiver: Sendable {
    /// Receives a piece, in order; never an empty one. It must not wait: the thread serves other connections.
    func receive(_ content: UnsafeRawBufferPointer, from exchange: HTTPExchange) -> ContentAcceptance

    /// The content is complete, and is what the caller has signed. Called on the thread of the route's executor, also
    /// before a pause has ended. Responds; returns `nil` to respond through the exchange later.
    ///
    /// - Parameter trailers: The headers behind the content, such as `x-amz-checksum-crc32`, with names in lower case.
    func finish(_ exchange: HTTPExchange, trailers: [ChunkStream.Trailer]) -> HTTPResponse?

    /// The content is not complete, is not what the caller has signed, or was refused: nothing of it may be kept.
    func discard()
}

/// A receiver's reaction to a piece of content.
package enum ContentAcceptance: Sendable {
    /// It has room for the next piece.
    case more
    /// No piece comes until ``HTTPExchange/resumeBody()`` is called, once, on any thread: the client is held back.
    case pause
    /// It takes no more, and this is the response.
    case refuse(HTTPResponse)
}
