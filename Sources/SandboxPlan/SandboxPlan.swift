// SandboxPlan
