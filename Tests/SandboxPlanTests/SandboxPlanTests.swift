import Testing

@testable import SandboxPlan
