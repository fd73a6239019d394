"""Keeps in the ledger what SageMaker does by itself on native endpoints."""
