"""Bytes to named rows. Knows X12, knows no database."""
