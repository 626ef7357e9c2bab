package import Domain

/// Who calls, and where: what a use case knows of a request beside its input.
package struct RequestContext: Hashable, Sendable {
    /// The caller's account.
    package var account: AccountID
    /// The region that was called.
    package var region: Region
    /// The server as the caller reached it, such as `http://127.0.0.1:4566`; download links begin with it.
    package var endpoint: String
    /// What the caller asks for, as policies name it: `lambda:GetFunction`.
    package var action = ""

    /// Describes a caller.
    package init(account: AccountID, region: Region, endpoint: String) {
        self.account = account
        self.region = region
        self.endpoint = endpoint
    }
}
