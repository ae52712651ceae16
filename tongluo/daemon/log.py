"""Structured log lines: `tongluo.core.log`."""

from tongluo.core.log import Log

__all__ = ["Log"]
