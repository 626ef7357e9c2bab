package import Domain

/// What a use case knows of a request beside its input: the caller, the account, the region and the action.
package struct RequestContext: Hashable, Sendable {
    /// The account whose resources the request is about: the caller's, unless the request names another.
    package var account: AccountID
    /// The region that was called.
    package var region: Region
    /// The URL at which the caller reached the server, such as `http://127.0.0.1:4566`. Download links start with it.
    package var endpoint: String
    /// The action, as in policies: `lambda:GetFunction`.
    package var action = ""
    /// Who calls.
    package var caller: Caller

    /// Describes a request. Without a caller, the account's root is the caller.
    package init(account: AccountID, region: Region, endpoint: String, caller: Caller? = nil) {
        self.account = account
        self.region = region
        self.endpoint = endpoint
        self.caller = caller ?? Caller(account: account)
    }
}

extension RequestContext {
    /// The same request with another action than that of the operation that was called, such as
    /// `lambda:InvokeFunction`.
    package func asking(for action: String) -> RequestContext {
        var context = self
        context.action = action
        return context
    }

    /// The same caller, for the resources of the account that owns a function.
    package func inAccount(of function: FunctionID) -> RequestContext {
        var context = self
        context.account = function.account
        return context
    }
}
