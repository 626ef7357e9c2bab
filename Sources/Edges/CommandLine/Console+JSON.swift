internal import AWSProtocol

extension Console {
    /// Writes a JSON document on one line, keys sorted.
    func print(json document: AWSValue) {
        self.print(String(decoding: JSON.encode(document), as: UTF8.self))
    }
}
