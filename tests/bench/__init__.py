"""Benchmarks: what the detector costs, beside other ways to do the same work in the same run. See RESULTS.md."""
