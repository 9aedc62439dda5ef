"""Files in, one DuckDB warehouse out, and every number counted from it."""
