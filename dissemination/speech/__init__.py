"""Warnings spoken: words, voices, siren tone, audio files."""
