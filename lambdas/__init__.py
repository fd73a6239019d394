"""What ships to AWS: the deployed zip is this package, under the same import paths."""
