import Testing

@testable import AWSModel
