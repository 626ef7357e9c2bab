/// AWS Lambda as its service model describes it: operations, structures, enumerations and errors.
///
/// What is in it is generated from botocore's copy of the model by `script/generate-aws-model`. Names are the model's.
/// They live in this namespace because the model has its own `Operation`, `Event` and `Environment`.
public enum Lambda {}
