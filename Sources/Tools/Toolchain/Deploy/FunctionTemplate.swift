public import Domain
public import LinuxSystem

/// A function that works, for a new folder: code, its test, and the file that deploys it.
public struct FunctionTemplate: Sendable {
    /// A file of the folder.
    struct File: Sendable {
        let name: String
        let text: String
        var isExecutable = false
    }

    /// The files.
    let files: [File]
    /// The command that runs the test, in the folder.
    public let testCommand: String

    /// The families of runtimes that there are templates for, as examples of their names.
    public static let examples = ["python3.12", "nodejs22.x", "ruby3.3", "provided.al2023"]

    /// The template for a runtime; `nil` where there is none.
    public init?(runtime: RuntimeIdentifier, functionName name: String) {
        var own: [File]
        let handler: String
        let ignored: String
        switch runtime.family {
        case .python:
            (handler, ignored, testCommand) = ("app.handler", "test_*.py", "python3 -m unittest")
            own = [File(name: "app.py", text: Self.python), File(name: "test_app.py", text: Self.pythonTest)]
        case .nodejs:
            (handler, ignored, testCommand) = ("app.handler", "*.test.mjs", "node --test")
            own = [File(name: "app.mjs", text: Self.node), File(name: "app.test.mjs", text: Self.nodeTest)]
        case .ruby:
            (handler, ignored, testCommand) = ("app.handler", "test_*.rb", "ruby test_app.rb")
            own = [File(name: "app.rb", text: Self.ruby), File(name: "test_app.rb", text: Self.rubyTest)]
        case .provided:
            (handler, ignored, testCommand) = ("hello", "test.sh", "sh test.sh")
            own = [
                File(name: "bootstrap", text: Self.bootstrap, isExecutable: true),
                File(name: "hello.sh", text: Self.shell), File(name: "test.sh", text: Self.shellTest),
            ]
        default: return nil
        }
        let configuration = """
            # What 'strata deploy' brings to a server; 'strata deploy --help' lists all settings.
            [function.\(name)]
            runtime = "\(runtime)"
            handler = "\(handler)"
            memory = 256
            timeout = 10

            [function.\(name).environment]
            GREETING = "Hello"

            """
        own.append(File(name: "strata.toml", text: configuration))
        own.append(File(name: ".strataignore", text: "\(ignored)\n"))
        own.append(File(name: ".gitignore", text: ".strata/\n"))
        files = own
    }

    /// Writes the files into a new folder. Nothing is there afterwards where it fails.
    ///
    /// - Throws: `EEXIST` where the path is there already.
    public func write(to path: String) throws(SystemCallError) {
        let here = try FileDescriptor.open(".", [.read, .directory])
        try here.makeDirectory(at: FilePath(path), mode: 0o755)
        do throws(SystemCallError) {
            for file in files {
                let written = try FileDescriptor.open(
                    FilePath("\(path)/\(file.name)"), [.write, .create, .exclusive],
                    mode: file.isExecutable ? 0o755 : 0o644)
                try written.write(all: Array(file.text.utf8))
            }
        } catch {
            try? here.removeTree(at: FilePath(path))  // the error that led here is the one to tell
            throw error
        }
    }
}

// The texts.
extension FunctionTemplate {
    private static let python = """
        import os


        def handler(event, context):
            name = event.get("name", "world")
            return {"message": f"{os.environ.get('GREETING', 'Hello')}, {name}!"}

        """
    private static let pythonTest = """
        import unittest

        import app


        class HandlerTest(unittest.TestCase):
            def test_it_greets_by_name(self):
                self.assertEqual(app.handler({"name": "Ada"}, None), {"message": "Hello, Ada!"})


        if __name__ == "__main__":
            unittest.main()

        """
    private static let node = """
        export const handler = async (event) => {
          const name = event.name ?? "world";
          return { message: `${process.env.GREETING ?? "Hello"}, ${name}!` };
        };

        """
    private static let nodeTest = """
        import assert from "node:assert";
        import test from "node:test";

        import { handler } from "./app.mjs";

        test("it greets by name", async () => {
          assert.deepEqual(await handler({ name: "Ada" }), { message: "Hello, Ada!" });
        });

        """
    private static let ruby = """
        def handler(event:, context:)
          name = event.fetch("name", "world")
          { message: "#{ENV.fetch("GREETING", "Hello")}, #{name}!" }
        end

        """
    private static let rubyTest = """
        require_relative "app"

        answer = handler(event: { "name" => "Ada" }, context: nil)
        abort "not #{answer}" unless answer == { message: "Hello, Ada!" }
        puts "ok"

        """
    private static let bootstrap = #"""
        #!/bin/sh
        # The loop of a custom runtime: asks for an event, handles it, and sends the answer.
        # https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
        set -eu
        . "$LAMBDA_TASK_ROOT/$_HANDLER.sh"
        api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation"
        head="$(mktemp)"
        while true; do
          event="$(curl -sS -D "$head" "$api/next")"
          id="$(sed -n 's/^lambda-runtime-aws-request-id: *//Ip' "$head" | tr -d '\r\n')"
          handler "$event" | curl -sS -o /dev/null --data-binary @- "$api/$id/response"
        done

        """#
    private static let shell = #"""
        handler() {
          name="$(printf '%s' "$1" | sed -n 's/.*"name" *: *"\([^"]*\)".*/\1/p')"
          printf '{"message": "%s, %s!"}' "${GREETING:-Hello}" "${name:-world}"
        }

        """#
    private static let shellTest = #"""
        . ./hello.sh
        answer="$(handler '{"name": "Ada"}')"
        [ "$answer" = '{"message": "Hello, Ada!"}' ] || { echo "not $answer"; exit 1; }
        echo ok

        """#
}
