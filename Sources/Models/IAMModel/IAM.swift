/// AWS Identity and Access Management as its service model describes it, as far as roles and managed policies go.
///
/// What is in it is generated from botocore's copy of the model by `script/generate-aws-model`, which also lists the
/// operations. Names are the model's.
public enum IAM {}
