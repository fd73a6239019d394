"""Step Functions: moto's interpreter, switched on, and the calls that it lacks."""
