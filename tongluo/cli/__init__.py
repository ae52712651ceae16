"""The command line: one file a command; `app` holds the table of them."""

from tongluo.cli.app import main

__all__ = ["main"]
