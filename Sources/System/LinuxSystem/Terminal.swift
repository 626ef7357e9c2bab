internal import Glibc

/// What is at the other end of a descriptor that people or other programs read.
package enum Terminal {
    /// How much a terminal shows.
    package struct Size: Hashable, Sendable {
        /// Lines.
        package let rows: Int
        /// Characters in a line.
        package let columns: Int

        /// Describes a size.
        package init(rows: Int, columns: Int) {
            self.rows = rows
            self.columns = columns
        }
    }

    /// The size of a terminal at this moment, see ioctl_tty(2), TIOCGWINSZ; `nil` for what is no terminal, and for one
    /// that does not know.
    package static func size(of descriptor: Int32) -> Size? {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_row > 0, size.ws_col > 0 else { return nil }
        return Size(rows: Int(size.ws_row), columns: Int(size.ws_col))
    }
}
