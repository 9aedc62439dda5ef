"""Asking measures of an engine beyond this machine: the same SQL, in its dialect, over exported Parquet."""
