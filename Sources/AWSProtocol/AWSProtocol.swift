// AWSProtocol
