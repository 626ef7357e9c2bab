internal import Glibc

/// The terminal behind a descriptor.
package enum Terminal {
    /// The size of a terminal.
    package struct Size: Hashable, Sendable {
        /// Lines.
        package let rows: Int
        /// Characters per line.
        package let columns: Int

        /// Describes a size.
        package init(rows: Int, columns: Int) {
            self.rows = rows
            self.columns = columns
        }
    }

    /// The current size (ioctl_tty(2), TIOCGWINSZ); `nil` for a descriptor that is no terminal, and for a terminal that
    /// does not know its size.
    package static func size(of descriptor: Int32) -> Size? {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_row > 0, size.ws_col > 0 else { return nil }
        return Size(rows: Int(size.ws_row), columns: Int(size.ws_col))
    }
}
