"""Compiling steps: typed `compiled`, and drivers whose machine code is cached on disk.

numba's own cache never hits on a function that closes over another, and goes stale when a helper
in another file changes. So a driver is written as a small module of its own into a folder whose
name is a hash of everything that its code depends on: it is right or it is not there.
"""

from __future__ import annotations

import hashlib
import importlib.util
import inspect
import os
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

import numba
import numpy as np
from llvmlite import binding

P = ParamSpec("P")
R = TypeVar("R")

FAST: Any = {"forceinline": True, "_nrt": False}
"""Every helper becomes part of its driver; and what is compiled allocates nothing (numba refuses
it then), so that no array needs its users counted: that cost three quarters of a row's time."""


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """The function, compiled by numba (or as it is under NUMBA_DISABLE_JIT=1).

    >>> @compiled
    ... def twice(x: int) -> int:
    ...     return x * 2
    >>> twice(21)
    42
    """
    result: Any = numba.njit(function, **FAST)
    return cast("Callable[P, R]", result)


@cache
def cache_folder(*packages: str) -> Path:
    """The folder for machine code built from these packages' sources, numba, numpy and this CPU."""
    digest = hashlib.sha256()
    for package in (*packages, "tongluo.core"):
        spec = importlib.util.find_spec(package)
        assert spec is not None and spec.origin is not None
        for source in sorted(Path(spec.origin).parent.glob("*.py")):
            digest.update(source.name.encode() + source.read_bytes())
    digest.update(f"{numba.__version__} {np.__version__} {sys.version}".encode())
    digest.update(f"{binding.get_host_cpu_name()} {os.environ.get('NUMBA_DISABLE_JIT')}".encode())
    digest.update(binding.get_host_cpu_features().flatten().encode())
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tongluo"
    folder = base / f"compiled-{digest.hexdigest()[:20]}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:  # no writable home: compile anew at each start
        folder = Path(tempfile.mkdtemp(prefix="tongluo-compiled-"))
    return folder


def cached(template: Callable[..., Any], packages: tuple[str, ...], imports: str) -> Any:
    """The template function compiled in a cached module that first runs these imports.

    template: a plain function that is never called itself; packages: whose sources it depends on.
    """
    text = "\n".join(
        [
            "from __future__ import annotations",
            "import math",
            "import numba",
            imports,
            "",
            f"@numba.njit(cache=True, **{FAST})",
            inspect.getsource(template),
        ]
    )
    name = f"tongluo_{template.__name__}_{hashlib.sha256(text.encode()).hexdigest()[:8]}"
    path = cache_folder(*packages) / f"{name}.py"
    if not path.exists():
        fresh = path.with_suffix(f".{os.getpid()}")
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(path)
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # numba's cache looks its functions up by module name
    spec.loader.exec_module(module)
    return getattr(module, template.__name__)
