"""Options that several commands share; their help stands in the texts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

ConfigFile = Annotated[Path, typer.Option("--config", metavar="FILE")]
CaseFolder = Annotated[Path, typer.Argument(metavar="CASE")]
Limit = Annotated[int, typer.Option("--limit", min=1)]
DEFAULT_CONFIG = Path("stations.yaml")
