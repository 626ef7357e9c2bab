/// The actions that policies of functions can allow to other accounts and to services. All other actions are allowed to
/// the function's own account only, regardless of its policy.
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
