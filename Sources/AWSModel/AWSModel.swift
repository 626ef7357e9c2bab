// AWSModel
