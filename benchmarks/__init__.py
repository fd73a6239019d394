"""Benchmarks: each prints ours next to the plain way or to a peer, in one run."""
