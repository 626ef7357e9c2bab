/// The program that plays the machine of a ``SupervisedSandbox``: what a virtual machine monitor, and the agent inside
/// its machine, would be.
///
/// Its arguments are the plan, `KIND=TEXT` each. Orders come, and reports go, as datagrams of descriptor 3. It ends
/// when the last process inside has ended.
enum SupervisorProgram {
    static let text = """
        import ctypes, os, select, signal, socket, sys

        def plan(kind):
            return [text.split("=", 1)[1] for text in sys.argv[1:] if text.startswith(kind + "=")]

        def environment(kind):
            return dict(text.split("=", 1) for text in plan(kind))

        ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER: daemons become children of this process
        control = socket.socket(fileno=3)
        programs, is_ending = {}, False
        sidecars, command = plan("sidecar"), plan("command")

        def report(*words):
            try:
                control.send(" ".join(map(str, words)).encode())
            except OSError:
                pass  # the server has gone

        def start(number, arguments, variables, output):
            failed, tell = os.pipe2(os.O_CLOEXEC)
            child = os.fork()
            if child == 0:
                os.setsid()
                for target in (1, 2):
                    os.dup2(output, target)
                os.closerange(3, 64 if tell >= 64 else tell)
                try:
                    os.execve(arguments[0], arguments, variables)
                except OSError as error:
                    os.write(tell, str(error.errno).encode())
                os._exit(127)
            os.close(tell)
            if reason := os.read(failed, 16):
                report("notExecutable", number, reason.decode())
                os.waitpid(child, 0)
            else:
                programs[child] = number
            os.close(failed)
            return not reason

        def descendants(of):
            found = []
            try:
                with open(f"/proc/{of}/task/{of}/children") as file:
                    for child in map(int, file.read().split()):
                        found += [child] + descendants(child)
            except OSError:
                pass  # it has ended
            return found

        def send_all(number):
            for process in descendants(os.getpid()):
                try:
                    os.kill(process, number)
                except OSError:
                    pass  # it has ended

        def reap():
            global is_ending
            while True:
                try:
                    child, status = os.waitpid(-1, os.WNOHANG)
                except ChildProcessError:
                    return
                if child == 0:
                    return
                number = programs.pop(child, None)
                if number is not None:
                    report("exited", number, status)
                    is_ending = is_ending or (number == 0 and not sidecars)

        def obey(verb, *values):
            global is_ending
            if verb == "run":
                start(0, command, environment("variable"), 1)
            elif verb in ("terminate", "kill"):
                for process, number in programs.items():
                    if number == int(values[0]):
                        os.kill(process, signal.SIGTERM if verb == "terminate" else signal.SIGKILL)
            elif verb == "connect":
                report("connect", *values)
            elif verb == "end":
                is_ending = True
            else:
                send_all(signal.SIGSTOP if verb == "freeze" else signal.SIGCONT)

        told, tell = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        signal.set_wakeup_fd(tell)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number, path in enumerate(sidecars, 1):
            start(number, [path], environment("sidecarVariable"), 4)
        if not sidecars:
            is_ending = not start(0, command, environment("variable"), 1)
        report("started")
        while True:
            reap()
            if is_ending:
                send_all(signal.SIGKILL)
                if not descendants(os.getpid()):
                    break
            readable, _, _ = select.select([control, told], [], [], 0.005 if is_ending else None)
            if told in readable:
                os.read(told, 4096)
            if control in readable:
                if not (order := control.recv(256)):
                    is_ending = True
                    continue
                obey(*order.decode().split())
        """
}
