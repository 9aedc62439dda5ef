"""One page a file: filters, measures, charts, drill-down, export. No SQL and no arithmetic."""
