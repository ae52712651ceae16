"""Warnings to people: CAP, texts, channels."""
