"""Tongluo (铜锣, the village gong): from station messages to warned people."""

__version__ = "0.1.0"
