import Testing

@testable import RuntimeAPI
