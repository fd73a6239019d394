"""The shell around the core: load, decide, record, apply. Shared by the functions and the command line."""
