"""Verdicts to assessments, assessments to warnings: pure, replayed as they ran."""
