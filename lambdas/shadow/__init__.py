"""The `shadow` function: captured pairs, joined and counted."""
