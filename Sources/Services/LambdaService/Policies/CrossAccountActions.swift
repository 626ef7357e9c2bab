/// What policies of functions can allow to other accounts and to services. Everything else is for the function's own
/// account, whatever a policy says.
///
/// Source: "Using resource-based policies for AWS Lambda", *Cross-account APIs*, Lambda developer guide.
enum CrossAccountActions {
    /// The actions, as policies name them.
    static let all: Set<String> = [
        "lambda:InvokeFunction", "lambda:GetFunction", "lambda:GetFunctionConfiguration", "lambda:UpdateFunctionCode",
        "lambda:DeleteFunction", "lambda:PublishVersion", "lambda:ListVersionsByFunction", "lambda:CreateAlias",
        "lambda:GetAlias", "lambda:ListAliases", "lambda:UpdateAlias", "lambda:DeleteAlias", "lambda:GetPolicy",
        "lambda:PutFunctionConcurrency", "lambda:DeleteFunctionConcurrency", "lambda:ListTags", "lambda:TagResource",
        "lambda:UntagResource",
    ]
}
