"""Tables that are not X12: the side files of a practice."""
