internal import AWSProtocol

extension Console {
    /// Writes a document on one line, keys in alphabetical order.
    func print(json document: AWSValue) {
        self.print(String(decoding: JSON.encode(document), as: UTF8.self))
    }
}
