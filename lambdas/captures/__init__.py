"""The `captures` function: captured answers and ground truth, joined and counted."""
