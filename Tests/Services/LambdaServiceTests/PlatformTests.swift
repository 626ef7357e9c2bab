import Testing

@testable import LambdaService
