"""What SageMaker does by itself when it replaces a fleet, told line by line for the ledger."""
