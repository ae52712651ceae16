"""Makes the pages that say what the code says: codecs, channels, detectors, counter, doctor.

The pictures of detectors at work are made by the detectors themselves: see `docs/at_work`.

    python -m docs.make            write them (from the project's folder)
    python -m docs.make --check    exit 1 when one of them is not what the code says

Nothing is written by hand in these pages: what is to be said stands in the docstrings.
"""

from __future__ import annotations

import argparse
import ast
import inspect
import math
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from detectors import DETECTORS
from dissemination.channels import CHANNELS
from docs import chain_pictures, coverage_pictures
from docs.at_work import album
from docs.markdown import paragraph, prose, table
from ingest import counter
from ingest.codecs import CODECS, sl651_times
from ingest.order import PARAMS, STATE
from tongluo.cli.texts_doctor import DOCTOR

HERE = Path(__file__).resolve().parent
NOTE = "<!-- Made by docs/make.py from the docstrings; change those, then run it again. -->"
MORE = {"sl651": sl651_times.group_times}
"""A helper that a codec's own text sends the reader to."""


def attribute_docs(model: type) -> dict[str, str]:
    """The texts below the attributes of a class and of its bases."""
    found: dict[str, str] = {}
    for base in model.__mro__:
        if not base.__module__.startswith(("detectors", "dissemination")):
            continue
        (node,) = ast.parse(textwrap.dedent(inspect.getsource(base))).body
        assert isinstance(node, ast.ClassDef)
        for one, after in zip(node.body, node.body[1:], strict=False):
            if isinstance(one, ast.AnnAssign) and isinstance(after, ast.Expr):
                text = ast.literal_eval(after.value)
                found.setdefault(ast.unparse(one.target), " ".join(text.split()))
    return found


def options(model: Any) -> str:
    """What YAML may say, with defaults."""
    said = attribute_docs(model)
    rows = [
        (f"`{name}`", "must be given" if field.is_required() else f"`{_yaml(field.default)}`",
         said.get(name, "see above"))
        for name, field in model.model_fields.items()
    ]  # fmt: skip
    return "Options:\n\n" + table(("option", "default", "meaning"), rows) if rows else "No options."


def _yaml(value: object) -> str:
    """A default as the file would say it."""
    return str(value).lower() if isinstance(value, bool) else str(value) or '""'


# ------------------------------------------------------------------------------------ the pages


def codecs() -> str:
    """Every message format."""
    parts = [
        "# Message formats",
        NOTE,
        paragraph(
            "Which topic carries which format is said under `sources` of `stations.yaml` "
            "([configuration](configuration.md)). What cannot be read is kept raw with one of the "
            "codes of [rejects](rejects.md). An *element* is what the format calls a value; a "
            "sensor takes it by its `element` (default: its name)."
        ),
    ]
    for name, codec in CODECS.items():
        module = sys.modules[getattr(codec, "__module__", "")]
        parts += [f"## {name}", prose(module.__doc__, False)]
        parts.append(prose(inspect.getdoc(codec), False))
        parts.append(_parameters(codec))
        if name in MORE:
            parts += [f"### {MORE[name].__name__}", prose(inspect.getdoc(MORE[name]), False)]
    return "\n\n".join(parts) + "\n"


def _parameters(codec: Any) -> str:
    rows = [
        (f"`{p.name}`", "must be given" if p.default is p.empty else f"`{p.default}`")
        for p in inspect.signature(codec).parameters.values()
        if p.kind is not p.VAR_KEYWORD
    ]
    return "Options:\n\n" + table(("option", "default"), rows) if rows else "No options."


def channels() -> str:
    """Every way to people."""
    parts = [
        "# Channels",
        NOTE,
        paragraph(
            "A channel is one way to people, declared under `channels` of `stations.yaml` and "
            "named by a policy. What it may call a delivery is said in [laws](laws.md), law 7."
        ),
    ]
    for name, kind in CHANNELS.items():
        parts += [f"## {name}", prose(sys.modules[kind.options.__module__].__doc__)]
        parts.append(options(kind.options))
    return "\n\n".join(parts) + "\n"


def detector(name: str) -> str:
    """One method."""
    found = DETECTORS[name]
    quantities = ", ".join(f"`{q}`" for q in found.quantities) or "any"
    first, _, rest = (sys.modules[found.step.__module__].__doc__ or "").partition("\n\n")
    parts = [
        f"# {name}",
        NOTE,
        prose(first),
        *(album.caption(name) if name in album.SCENES else []),
        prose(rest),
        options(found.options),
        f"Quantities: {quantities}.",
        paragraph(
            "Evidence kept with each change of level: "
            + ", ".join(f"`{w}`" for w in found.why)
            + "."
        ),
    ]
    return "\n\n".join(parts) + "\n"


def detectors() -> str:
    """All methods, by family."""
    parts = [
        "# Detectors",
        NOTE,
        paragraph(
            f"{len(DETECTORS)} methods turn readings into levels. Each page has a picture of the "
            "method at work, its formula, units, source and limits, every option, and an example "
            "that runs. A rule names one by `detector` ([configuration](../configuration.md)); "
            "several may judge the same place, and votes and chains bring them together "
            "([chains](../chains.md)). What readings must pass before: "
            "[quality control](../quality.md)."
        ),
    ]
    for (en, zh), scenes in album.FAMILIES.items():
        rows = [album.line(name) for name in scenes if name in DETECTORS]
        parts += [f"## {en} {zh}", table(album.HEAD, rows)]
    return "\n\n".join(parts) + "\n"


STORIES: tuple[tuple[str, dict[str, float], list[tuple[int, float]]], ...] = (
    ("an ordinary shower", {}, [(0, 512.3), (5, 512.3), (10, 513.0), (15, 514.5)]),
    ("four hours without a word, then the total", {}, [(0, 10.0), (240, 31.5)]),
    ("the same total again", {}, [(0, 10.0), (5, 12.0), (10, 12.0)]),
    ("a declared wrap at 200 mm", {"width": 200.0}, [(0, 199.0), (5, 1.5)]),
    ("the logger starts again from zero", {}, [(0, 199.0), (5, 0.0), (10, 1.5), (15, 2.0)]),
    ("the same after three days, width 13107.2 mm", {"width": 13107.2},
     [(0, 104.2), (4320, 0.0), (4325, 0.2)]),
    ("one wrong total up", {}, [(0, 10.0), (5, 900.0), (10, 10.4)]),
    ("one wrong total down", {}, [(0, 10.0), (5, 0.3), (10, 10.4)]),
    ("another gauge, which shows more", {}, [(0, 10.0), (5, 700.0), (10, 700.2), (15, 701.0)]),
    ("reset at 08:00; minutes are after 07:50", {"daily": 10.0},
     [(0, 41.0), (5, 42.0), (15, 0.5), (20, 1.5)]),
    ("the total of 08:00 is the old day's", {"daily": 10.0}, [(5, 42.0), (10, 43.0), (15, 0.5)]),
)  # fmt: skip
"""(what happened, what is declared, (minutes, total in mm) ...); largest plausible 5 mm/min."""


def told(declared: dict[str, float], totals: list[tuple[int, float]]) -> Iterator[float]:
    """The increments the rule gives; NaN = it cannot tell."""
    p, s = np.zeros(1, PARAMS)[0], np.zeros(1, STATE)[0]
    p["resolution"], p["max_rate"], p["width"] = 0.1, 5.0, declared.get("width", 0.0)
    day = 20_000 * counter.DAY
    if "daily" in declared:
        p["reset_every"], p["reset_phase"] = counter.DAY, int(declared["daily"]) * 60_000
    for minutes, total in totals:
        yield float(counter.increment(p, s, day + minutes * 60_000, total))


def rain_counter() -> str:
    """The rule of running totals, with what it makes of a few."""
    rows = []
    for story, declared, totals in STORIES:
        said = ["?" if math.isnan(x) else f"{x:g}" for x in told(declared, totals)]
        came = ", ".join(f"{m}: {v:g}" for m, v in totals)
        rows.append((story, came, ", ".join(said)))
    parts = [
        "# Rain counters",
        NOTE,
        prose(counter.__doc__),
        paragraph(
            "What is declared stands under `counter` of a sensor or profile: see "
            "[configuration](configuration.md). The table is computed by the code itself, with "
            "`resolution: 0.1 mm` and `max_rate: 5 mm`. `?` means: cannot tell; no rain is "
            "counted, and the time is not covered, so that such a window says UNKNOWN, not NONE."
        ),
        table(("what happened", "minute: total, mm", "rain of each, mm"), rows),
        paragraph(
            "A total is only counted when its flag is 1 or 2. A total that comes late has no rain "
            "of its own: at the next tick the kept totals are counted again in the order of their "
            "times."
        ),
    ]
    return "\n\n".join(parts) + "\n"


def doctor(language: int) -> str:
    """What doctor may say and what to do about it. language: 0 English, 1 Chinese."""
    rows = [
        (DOCTOR[key][language], DOCTOR[f"{key}.todo"][language])
        for key in DOCTOR
        if f"{key}.todo" in DOCTOR
    ]
    title, head, intro = (
        ("What doctor says, and what to do", ("it says", "do this"),
         "`tongluo doctor` prints a line for each thing the daemon depends on. These are the lines "
         "that ask for something; words in braces are filled in. More: "
         "[operations](operations.md)."),
        ("doctor 的提示与处理", ("提示", "处理"),
         "`tongluo doctor` 对守护进程所依赖的每一项给出一行。下面是需要处理的各行，"
         "花括号处为实际值。"
         "更多见[值班与运维手册](operations.md)。"),
    )[language]  # fmt: skip
    text = paragraph(intro) if language == 0 else intro
    return "\n\n".join([f"# {title}", NOTE, text, table(head, rows)]) + "\n"


def pages() -> dict[str, str]:
    """Path below docs/ -> what belongs there."""
    return {
        "codecs.md": codecs(),
        "channels.md": channels(),
        "detectors/README.md": detectors(),
        **{f"detectors/{name}.md": detector(name) for name in DETECTORS},
        "rain-counter.md": rain_counter(),
        "doctor.md": doctor(0),
        "zh-CN/doctor.md": doctor(1),
    }


def pictures() -> Iterator[tuple[str, album.Picture]]:
    """Path below docs/ -> what it is drawn from, and how."""
    yield "pictures/chains.svg", album.drawn_by(chain_pictures, chain_pictures.mermaid())
    yield "pictures/coverage.svg", album.drawn_by(coverage_pictures, coverage_pictures.figures())
    for name in DETECTORS.keys() & album.SCENES.keys():
        yield album.path(name), album.picture(name)


def stale(write: bool) -> Iterator[str]:
    """Pages and pictures that are not what the code says; written anew if wanted."""
    for name, text in pages().items():
        path = HERE / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            yield name
            _write(path, text, write)
    for name, (mark, draw) in pictures():
        if not album.is_fresh(HERE / name, mark):
            yield name
            _write(HERE / name, draw() + album.signature(mark) if write else "", write)


def _write(path: Path, text: str, wanted: bool) -> None:
    if wanted:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def main() -> int:
    """Write the pages, or only compare them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--check", action="store_true", help="only compare")
    only_check = parser.parse_args().check
    found = sorted(stale(write=not only_check))
    for name in found:
        print(f"docs/{name}: {'not what the code says' if only_check else 'written'}")
    return 1 if found and only_check else 0


if __name__ == "__main__":
    sys.exit(main())
