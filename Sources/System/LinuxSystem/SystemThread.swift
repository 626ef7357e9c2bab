internal import CLinux
internal import Glibc

/// A thread of the operating system, for blocking work. (Blocking calls starve Swift's cooperative thread pool.)
public final class SystemThread: Sendable {
    private let thread: pthread_t

    /// What a new thread gets through the context pointer of pthread_create(3).
    private final class Start {
        let name: String
        let body: @Sendable () -> Void

        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }

    /// Starts a thread.
    ///
    /// - Parameters:
    ///   - name: shown by `top -H`; the kernel keeps 15 bytes (prctl(2), PR_SET_NAME).
    ///   - body: the thread's work. The thread ends when it returns.
    public init(name: String, body: @escaping @Sendable () -> Void) throws(SystemCallError) {
        let start = Unmanaged.passRetained(Start(name: name, body: body))
        var thread = pthread_t()
        let status = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                let start = Unmanaged<Start>.fromOpaque(context).takeRetainedValue()
                clinux_set_thread_name(start.name)
                start.body()
                return nil
            }, start.toOpaque())
        guard status == 0 else {
            start.release()
            throw SystemCallError("pthread_create", errno: status)
        }
        self.thread = thread
    }

    /// Waits for the thread to end. Must be called once only.
    public func join() {
        pthread_join(thread, nil)
    }

    /// Lets the calling thread run before others that want the same processor (setpriority(2), which means the thread
    /// on Linux). Processes that it starts would inherit it.
    ///
    /// - Returns: `false` where the process may not: it needs CAP_SYS_NICE.
    @discardableResult
    public static func raisePriority() -> Bool { setpriority(Int32(PRIO_PROCESS.rawValue), 0, -10) == 0 }

    /// Blocks the calling thread. To wait without blocking a thread, use ``EventLoop``.
    public static func sleep(milliseconds: UInt32) {
        usleep(milliseconds * 1000)
    }
}
