package import Digest
internal import LinuxSystem
internal import SSMModel
package import ServiceKit
package import Store

/// Systems Manager's Parameter Store: parameters with versions, labels, tags, policies and secrets, and those of AWS's
/// own parameters that templates read.
package struct SSMService: Service {
    private let parameters: Parameters
    private let listings: ParameterListings
    private let labels: ParameterLabels
    private let tags: ParameterTags
    private let store: SSMStore

    /// Makes the service, and opens its store.
    ///
    /// - Parameters:
    ///   - storage: Holds its rows.
    ///   - secrets: Encrypts the values of secure strings.
    ///   - nowMilliseconds: The time, in milliseconds since 1970.
    package init(
        storage: any Storage, secrets: AuthenticatedCipher,
        nowMilliseconds: @escaping @Sendable () -> Int64 = WallClock.nowMilliseconds
    ) throws(StoreError) {
        let store = try SSMStore(storage, nowMilliseconds: nowMilliseconds)
        self.store = store
        let values = ParameterValues(cipher: secrets)
        parameters = Parameters(store: store, values: values)
        listings = ParameterListings(store: store, values: values)
        labels = ParameterLabels(store: store)
        tags = ParameterTags(store: store)
    }

    /// Deletes all parameters.
    package func reset() throws(ServiceError) {
        try store.write { connection in try connection.deleteAllParameters() }
    }

    /// The API of Systems Manager.
    package var apis: [ServiceAPI] {
        var api = ServiceAPI(
            SSM.service, requestLimitBytes: SSMLimits.requestBytes,
            admission: { context throws(ServiceError) in
                guard context.caller.owns(context.account) else { throw .accessDenied(context) }
            })
        api.offer(SSM.putParameter, parameters.put)
        api.offer(SSM.getParameter, parameters.get)
        api.offer(SSM.getParameters, parameters.getSeveral)
        api.offer(SSM.deleteParameter, parameters.delete)
        api.offer(SSM.deleteParameters, parameters.deleteSeveral)
        api.offer(SSM.getParametersByPath, listings.byPath)
        api.offer(SSM.getParameterHistory, listings.history)
        api.offer(SSM.describeParameters, listings.describe)
        api.offer(SSM.labelParameterVersion, labels.label)
        api.offer(SSM.unlabelParameterVersion, labels.unlabel)
        api.offer(SSM.addTagsToResource, tags.add)
        api.offer(SSM.removeTagsFromResource, tags.remove)
        api.offer(SSM.listTagsForResource, tags.list)
        return [api]
    }
}
