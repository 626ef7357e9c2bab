/// AWS Lambda as its service model describes it: operations, structures, enumerations and errors.
///
/// All but this line is generated from botocore's copy of the model by `script/generate-aws-model`. Names are the model's,
/// and live in this namespace because the model has its own `Operation`, `Event` and `Environment`.
public enum Lambda {}
