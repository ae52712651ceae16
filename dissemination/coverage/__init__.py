"""The share of the people in an area who were reached, by when, with what certainty."""
