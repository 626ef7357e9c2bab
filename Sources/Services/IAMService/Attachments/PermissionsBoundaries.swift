internal import AWSProtocol
internal import Domain
internal import IAMModel
internal import ServiceKit

/// The policies that bound the permissions of roles.
struct PermissionsBoundaries: Sendable {
    let store: IAMStore

    /// Sets the boundary of a role.
    ///
    /// Source: *PutRolePermissionsBoundary* in the IAM API reference.
    func put(
        _ request: IAM.PutRolePermissionsBoundaryRequest, _ context: RequestContext
    ) throws(ServiceError) -> NoMembers {
        let policy = try PolicyARN(boundary: request.permissionsBoundary)
        try store.setBoundary(policy, ofRole: request.roleName, of: context.account)
        return NoMembers()
    }

    /// Removes the boundary of a role. It is no error where the role has none.
    ///
    /// Source: *DeleteRolePermissionsBoundary* in the IAM API reference.
    func delete(
        _ request: IAM.DeleteRolePermissionsBoundaryRequest, _ context: RequestContext
    ) throws(ServiceError) -> NoMembers {
        try store.removeBoundary(ofRole: request.roleName, of: context.account)
        return NoMembers()
    }
}
