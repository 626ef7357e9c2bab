/// The program that compiles a layer's sources. Runs with CPython 3.9 and later.
enum BytecodeScript {
    /// Arguments: a list of sources, and how many processes may work. The list has three lines for each source: its
    /// path on the host, its path in functions, and the path of the bytecode to write.
    ///
    /// Imports nothing from the working directory, and never a source that it compiles. Prints `+N` when N more
    /// sources are done; a source that cannot be compiled gets no bytecode, and its functions get the error.
    static let text = """
        import sys
        del sys.path[0]
        import importlib._bootstrap_external as machinery
        import importlib.util
        import os

        STEP = 16

        def compiled(source, name, target):
            with open(source, "rb") as file:
                data = file.read()
            try:
                code = compile(data, name, "exec", dont_inherit=True, optimize=0)
            except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError):
                return
            content = machinery._code_to_hash_pyc(code, importlib.util.source_hash(data), False)
            with open(target, "wb") as file:
                file.write(content)

        def work(jobs):
            for number, job in enumerate(jobs, 1):
                compiled(*job)
                if number % STEP == 0 or number == len(jobs):
                    os.write(1, b"+%d\\n" % (number % STEP or STEP))

        def main(listing, processes):
            with open(listing, encoding="utf-8") as file:
                lines = file.read().split("\\n")[:-1]
            jobs = list(zip(lines[0::3], lines[1::3], lines[2::3]))
            children = []
            for share in range(1, processes):
                child = os.fork()
                if child == 0:
                    try:
                        work(jobs[share::processes])
                        os._exit(0)
                    except BaseException as error:
                        os.write(1, ("error: %s\\n" % error).encode())
                        os._exit(1)
                children.append(child)
            work(jobs[0::processes])
            return max([os.waitpid(child, 0)[1] for child in children], default=0)

        sys.exit(1 if main(sys.argv[1], int(sys.argv[2])) else 0)
        """
}
