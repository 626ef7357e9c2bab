internal import PackageContents

/// What packages are for, as far as it decides which layer has them.
public enum PackageGroup: String, CaseIterable, Sendable {
    /// AWS's SDK, with all that only it needs.
    case awsSDK = "aws-sdk"
    /// A framework for web applications, with all that only it needs.
    case webFramework = "web-framework"
    /// All others, and what several groups need.
    case dependencies

    /// Folders that are packages even where their metadata has been removed, as people do to save bytes.
    public static let knownModules: Set<String> = [
        "boto3", "botocore", "s3transfer", "jmespath", "fastapi", "starlette", "flask", "django", "werkzeug",
        "requests", "urllib3", "numpy", "pandas", "pydantic", "certifi", "idna",
    ]

    private static let names: [String: PackageGroup] = {
        let sdk = [
            "boto3", "botocore", "s3transfer", "jmespath", "aiobotocore", "aioboto3", "boto", "awscrt", "aws-sdk",
        ]
        let web = [
            "fastapi", "starlette", "uvicorn", "mangum", "flask", "werkzeug", "django", "djangorestframework",
            "aiohttp", "tornado", "bottle", "falcon", "sanic", "quart", "chalice", "pyramid", "litestar", "hypercorn",
            "gunicorn", "connexion", "apig-wsgi", "serverless-wsgi", "express", "koa", "fastify", "hono", "next",
            "@hapi/hapi", "restify", "serverless-http", "@vendia/serverless-express",
        ]
        return Dictionary(
            sdk.map { ($0, .awsSDK) } + web.map { ($0, .webFramework) }, uniquingKeysWith: { first, _ in first })
    }()

    private static let scopes: [(prefix: String, group: PackageGroup)] = [
        ("@aws-sdk/", .awsSDK), ("@aws-crypto/", .awsSDK), ("@smithy/", .awsSDK), ("@nestjs/", .webFramework),
        ("@fastify/", .webFramework), ("@hono/", .webFramework), ("flask-", .webFramework), ("django-", .webFramework),
    ]

    /// The group that a name is known to be of; `nil` for all others.
    static func known(_ name: String) -> PackageGroup? {
        names[name] ?? scopes.first { name.hasPrefix($0.prefix) }?.group
    }

    /// The group of each package. A package without a known name is of the group that needs it, directly or not; where
    /// several do, or none, it is of ``dependencies``.
    static func groups(of packages: [InstalledPackage]) -> [PackageGroup] {
        let places = Dictionary(packages.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
        let needs = packages.map { package in package.requirements.compactMap { places[$0] } }
        var users: [Set<PackageGroup>] = packages.map { _ in [] }
        func spread(_ group: PackageGroup, from starts: [Int]) {
            var rest = starts
            while let next = rest.popLast() {
                if users[next].insert(group).inserted { rest += needs[next] }
            }
        }
        let known = packages.map { Self.known($0.name) }
        for group in [awsSDK, webFramework] { spread(group, from: known.indices.filter { known[$0] == group }) }
        spread(dependencies, from: users.indices.filter { users[$0].isEmpty })
        return packages.indices.map { known[$0] ?? (users[$0].count == 1 ? users[$0].first : nil) ?? dependencies }
    }
}
