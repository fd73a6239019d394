"""SageMaker's endpoints: fleets of model servers behind weights, changed asynchronously as SageMaker does it."""
