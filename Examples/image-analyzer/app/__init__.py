"""Image analyzer: a small FastAPI application that runs as a Lambda function."""

VERSION = "1.0.0"
