import Testing

@testable import LayerStore
