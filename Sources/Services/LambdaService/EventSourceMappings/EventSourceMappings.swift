internal import LambdaModel
internal import ServiceKit

/// The use cases of event source mappings that work while there are none: tools read and list them before they create
/// or delete a function.
struct EventSourceMappings: Sendable {
    /// Lists the mappings of an account: none.
    ///
    /// Source: *ListEventSourceMappings* in the Lambda API reference.
    func listEventSourceMappings(
        _ request: Lambda.ListEventSourceMappingsRequest, _ context: RequestContext
    ) throws(ServiceError) -> Lambda.ListEventSourceMappingsResponse {
        Lambda.ListEventSourceMappingsResponse(eventSourceMappings: [])
    }

    /// Describes a mapping, which does not exist.
    ///
    /// Source: *GetEventSourceMapping* in the Lambda API reference.
    func getEventSourceMapping(
        _ request: Lambda.GetEventSourceMappingRequest, _ context: RequestContext
    ) throws(ServiceError) -> Lambda.EventSourceMappingConfiguration { throw .noSuchResource }

    /// Deletes a mapping, which does not exist.
    ///
    /// Source: *DeleteEventSourceMapping* in the Lambda API reference.
    func deleteEventSourceMapping(
        _ request: Lambda.DeleteEventSourceMappingRequest, _ context: RequestContext
    ) throws(ServiceError) -> Lambda.EventSourceMappingConfiguration { throw .noSuchResource }
}
