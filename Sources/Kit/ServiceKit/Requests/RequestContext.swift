package import Domain

/// Who calls, and where: what a use case knows of a request beside its input.
package struct RequestContext: Hashable, Sendable {
    /// The account whose resources are meant: the caller's, unless the request names another.
    package var account: AccountID
    /// The region that was called.
    package var region: Region
    /// The server as the caller reached it, such as `http://127.0.0.1:4566`; download links begin with it.
    package var endpoint: String
    /// What the caller asks for, as policies name it: `lambda:GetFunction`.
    package var action = ""
    /// Who calls.
    package var caller: Caller

    /// Describes a request; without a caller, it is the account itself that calls.
    package init(account: AccountID, region: Region, endpoint: String, caller: Caller? = nil) {
        self.account = account
        self.region = region
        self.endpoint = endpoint
        self.caller = caller ?? Caller(account: account)
    }
}

extension RequestContext {
    /// The same caller, who asks for something else than the operation that was called: to invoke a function.
    package func asking(for action: String) -> RequestContext {
        var context = self
        context.action = action
        return context
    }

    /// The same caller, with the resources of the account that owns a function.
    package func inAccount(of function: FunctionID) -> RequestContext {
        var context = self
        context.account = function.account
        return context
    }
}
