/// AWS Systems Manager, of which Strata has the Parameter Store. The model is generated.
public enum SSM {}
