internal import FunctionExecution
internal import Sandbox

/// `strata doctor`: what this host offers, and what is degraded by what is missing.
enum DoctorCommand {
    static let json = Flag("json", help: "Print the report as JSON, for programs.")

    static let command = Command(
        name: "doctor",
        summary: "Show what this host offers to functions, and what it lacks.",
        details: "The exit code is 1 when functions cannot run here at all.",
        options: [json.description],
        run: { arguments, console in
            let locator = RuntimeLocator(environment: console.environment)
            let report = DoctorReport(host: HostCapabilities.probe(), runtimes: locator.locate())
            if arguments[json] {
                console.print(json: report.document)
            } else {
                console.print(report.text(style: console.style))
            }
            return report.isUsable ? 0 : 1
        })
}
