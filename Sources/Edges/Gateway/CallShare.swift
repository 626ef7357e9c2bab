internal import Domain

/// Who shares the control plane's threads: each has a queue of its own, and a share of the threads.
enum CallShare: Hashable, Sendable {
    /// The clients of an account, as far as their requests show it.
    case clients(AccountID)
    /// The functions of an account: what they do does not delay the account's clients.
    case functions(AccountID)
    /// The server's own pages.
    case operators
}
