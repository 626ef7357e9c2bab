import Testing

@testable import AWSProtocol
