internal import FunctionExecution
internal import Sandbox

/// `strata doctor`: what this host supports, and what is degraded by what it lacks.
enum DoctorCommand {
    static let json = Flag("json", help: "Print JSON.")

    static let command = Command(
        name: "doctor",
        summary: "Show what this host supports, and what is degraded by what it lacks.",
        details: "Exits with 1 when functions cannot run on this host.",
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
