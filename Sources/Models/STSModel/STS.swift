/// AWS Security Token Service as its service model describes it: who calls, and credentials of roles.
///
/// What is in it is generated from botocore's copy of the model by `script/generate-aws-model`, which also lists the
/// operations. Names are the model's.
public enum STS {}
