internal import Domain
internal import LambdaModel
internal import LayerStore

/// A layer version that a function is going to use. The collector keeps its package during the lifetime of this value,
/// even if the version is deleted before the function is stored.
struct AttachedLayer {
    /// The version.
    var arn: LayerVersionARN
    /// Its package.
    var package: StoredPackage

    /// Its form in the API.
    var configuration: Lambda.Layer { Lambda.Layer(arn: arn.description, codeSize: package.zipBytes) }
}
