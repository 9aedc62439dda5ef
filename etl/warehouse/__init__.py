"""One DuckDB file: tables, views, checks, and the only place that opens it."""
