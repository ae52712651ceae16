"""`tongluo schema`: what `stations.yaml` may say, for editors."""

from __future__ import annotations

import json

from tongluo.config.schema import schema as schema_of_config


def schema() -> None:
    """Print the JSON Schema."""
    print(json.dumps(schema_of_config(), ensure_ascii=False, indent=2))
