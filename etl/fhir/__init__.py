"""FHIR R4 resources (NDJSON, or a Bundle) to the same rows that X12 makes; knows FHIR, knows no database."""
