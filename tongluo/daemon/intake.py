"""From messages to a committed row: decode, feed, commit. What the main loop does with a batch."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable

import msgspec
import numpy as np

from dissemination import cap_read
from ingest.decode import Decoded, Decoder, Heard, Reject, Route, Said, Target
from tongluo.config.models import Config
from tongluo.config.plan import Plan
from tongluo.config.tables import build_codec
from tongluo.core.crash import point
from tongluo.core.effects import Act, Command, Effects, Notice, Readings, Tick
from tongluo.core.errors import CapError
from tongluo.core.times import CLOCK_TOPIC, parse_time
from tongluo.core.units import inner_unit
from tongluo.daemon import outages
from tongluo.daemon.client import Incoming
from tongluo.engine import Engine
from tongluo.store.journal import Journal
from tongluo.warning import relay


def decoder_of(plan: Plan, fragments: dict[str, bytes]) -> Decoder:
    """The decoder of a plan."""
    config = plan.config
    routes = [Route(s.topic, build_codec(s.codec, s.options), s.codec) for s in config.sources]
    targets = {
        (s.station, s.element): Target(row, s.station, s.quantity, s.unit, s.factor, s.offset)
        for row, s in enumerate(plan.sensors)
        if s is not None and s.derived is None
    }
    return Decoder(routes, targets, devices(config), fragments)


def devices(config: Config) -> dict[str, str]:
    """Station id or device name -> station id."""
    found = {}
    for station in config.stations:
        found[station.id] = station.id
        for device in (station.device,) if isinstance(station.device, str) else station.device:
            found[device] = station.id
    return found


def filters(config: Config) -> tuple[str, ...]:
    """The MQTT filters to subscribe to."""
    topics = [s.topic.replace("{station}", "+").replace("{quantity}", "+") for s in config.sources]
    if config.time.clock == "stream":
        topics.append(CLOCK_TOPIC)
    if config.coverage.outages is not None:
        topics.append(config.coverage.outages)
    return tuple(dict.fromkeys(topics))


class Intake:
    """Engine, decoder and journal together: every row is fed and committed here."""

    def __init__(self, engine: Engine, journal: Journal) -> None:
        self.engine, self.journal = engine, journal
        self.decoder = decoder_of(engine.plan, journal.held_back())
        self.stream = engine.plan.config.time.clock == "stream"
        self.undated: Counter[tuple[str, bytes]] = Counter(
            journal.db.execute("SELECT topic, digest FROM undated").fetchall()
        )
        self._shown = np.empty(0, np.int64)

    def messages(self, incoming: list[Incoming], now: int) -> Effects:
        """One batch: decoded, fed, and committed with all it caused."""
        arrival = 0 if self.stream else now
        merged, start = Effects(), 0
        with self.journal.transaction():
            for n, message in enumerate(incoming):
                if self.stream and message[0] == CLOCK_TOPIC:
                    self._part(incoming[start:n], arrival, now, merged)
                    self._stream_tick(message, now, merged)
                    start = n + 1
            self._part(incoming[start:], arrival, now, merged)
            point("before_commit")
        point("after_commit")
        return merged

    def _part(self, incoming: list[Incoming], arrival: int, now: int, merged: Effects) -> None:
        if not incoming:
            return
        fresh = [m for m in incoming if not (m[3] and self._redelivered(m))]
        topic = self.engine.plan.config.coverage.outages
        told = [m for m in fresh if m[0] == topic] if topic is not None else []
        fresh = [m for m in fresh if m[0] != topic] if told else fresh
        decoded = self.decoder.decode((m[0], m[1], arrival) for m in fresh if not m[4])
        for m in fresh:
            if m[4]:
                size = len(m[1]) + m[4]
                decoded.rejects.append(Reject(m[0], "too_big", f"{size} bytes", m[1], arrival))
        effects = self.engine.feed(Readings(decoded.columns))
        self.journal.readings(decoded.columns, effects, now)
        _add(merged, effects)
        self._beside(decoded, now)
        for message in told:
            self._outage(message, now)
        for heard in decoded.notices:
            self._notice(heard, now, merged)

    def _redelivered(self, message: Incoming) -> bool:
        """Whether this is the resend of an undated message that had been committed."""
        key = (message[0], hashlib.sha256(message[1]).digest()[:16])
        if not self.undated[key]:
            return False
        self.undated[key] -= 1  # each of two alike is taken for a resend once
        self.journal.db.execute(
            "DELETE FROM undated WHERE rowid = (SELECT rowid FROM undated"
            " WHERE topic = ? AND digest = ? LIMIT 1)",
            key,
        )
        return True

    def _stream_tick(self, message: Incoming, now: int, merged: Effects) -> None:
        try:
            at = parse_time(msgspec.json.decode(message[1])["time"])
        except (msgspec.DecodeError, KeyError, TypeError, ValueError) as error:
            self._rejects([Reject(message[0], "clock", str(error), message[1], now)], now)
            return
        effects = self.engine.feed(Tick(at))
        self.journal.tick(Tick(at), effects)
        _add(merged, effects)

    def tick(self, now: int) -> Effects:
        """The passing of time, recorded."""
        effects = self.engine.feed(Tick(now))
        with self.journal.transaction():
            self.journal.tick(Tick(now), effects)
            self.latest()
            point("before_commit")
        point("after_commit")
        return effects

    def act(self, act: Act) -> Effects:
        """A person's act."""
        effects = self.engine.feed(act)
        with self.journal.transaction():
            self.journal.act(act, effects)
        return effects

    def command(self, command: Command) -> Effects:
        """What an operator orders: done or refused, it is a row."""
        effects = self.engine.feed(command)
        with self.journal.transaction():
            self.journal.command(command, effects)
            point("before_commit")
        point("after_commit")
        return effects

    def configure(self, plan: Plan, text: str, now: int, *, first: bool) -> Effects:
        """A configuration row; the first one made the engine itself."""
        effects = Effects() if first else self.engine.feed(plan)
        sensors = [
            (n, s.key, s.quantity, inner_unit(s.quantity)) for n, s in enumerate(plan.sensors) if s
        ]
        with self.journal.transaction():
            self.journal.configuration(text, sensors, effects, now)
        self.decoder = decoder_of(plan, self.journal.held_back())
        return effects

    # beside the readings

    def _beside(self, decoded: Decoded, now: int) -> None:
        self._rejects(decoded.rejects, now)
        for said in decoded.reports:
            self._report(said, now)
        self.journal.fragments(decoded.fragments)
        if decoded.undated:
            rows = [(*key, self.journal.seq) for key in decoded.undated]
            self.journal.db.executemany("INSERT INTO undated VALUES (?,?,?)", rows)
            self.undated.update(decoded.undated)

    def _rejects(self, rejects: Iterable[Reject], now: int) -> None:
        self.journal.db.executemany(
            "INSERT INTO rejects (seq, arrival, topic, code, detail, raw) VALUES (?,?,?,?,?,?)",
            [(self.journal.seq, now, r.topic, r.code, r.detail, r.raw) for r in rejects],
        )

    def _report(self, said: Said, now: int) -> None:
        body = msgspec.msgpack.encode(dict(said.content))
        self.journal.db.execute(
            "INSERT INTO reports (seq, arrival, station, kind, time, body) VALUES (?,?,?,?,?,?)",
            (self.journal.seq, now, said.device, said.kind, said.time, body),
        )

    def _outage(self, message: Incoming, now: int) -> None:
        """A supply is out, in doubt or back: what coverage counts by from now on."""
        topic, payload, more = message[0], message[1], message[4]
        try:
            if more:
                raise ValueError(f"too big: {len(payload) + more} bytes")
            said = outages.read(payload, now, self.engine.plan.config)
        except (ValueError, OverflowError) as error:
            self._rejects([Reject(topic, "outage", str(error), payload, now)], now)
            return
        self.journal.db.execute(
            "INSERT INTO reports (seq, arrival, station, kind, time, body) VALUES (?,?,?,?,?,?)",
            (self.journal.seq, now, said["area"], "outage", said["since"],
             msgspec.msgpack.encode(said)),
        )  # fmt: skip
        self.journal.audit(now, "outage", said)

    def _notice(self, heard: Heard, now: int, merged: Effects) -> None:
        """Another agency's message is kept; one that a policy speaks of is a row of its own."""
        try:
            notice = cap_read.read(heard.xml)
        except CapError as error:
            self._rejects([Reject(heard.topic, "cap", str(error), heard.xml, now)], now)
            return
        info = notice.infos[0] if notice.infos else None
        self.journal.db.execute(
            "INSERT OR IGNORE INTO notices (seq, arrival, issuer, identifier, msg_type, headline,"
            " sent, expires, xml) VALUES (?,?,?,?,?,?,?,?,?)",
            (self.journal.seq, now, notice.sender, notice.identifier, notice.msg_type,
             info.headline if info else "", notice.sent, info.expires if info else None, heard.xml),
        )  # fmt: skip
        if relay.wanted(self.engine.plan.policies, self.engine.desk, notice):
            row = Notice(now, heard.xml)
            effects = self.engine.feed(row)
            self.journal.notice(row, effects)
            _add(merged, effects)

    def forget_undated(self, seq: int) -> None:
        """The acknowledgements of these messages are known to have reached the broker."""
        db = self.journal.db
        gone = db.execute("SELECT topic, digest FROM undated WHERE seq <= ?", (seq,)).fetchall()
        if gone:
            with self.journal.transaction():
                db.execute("DELETE FROM undated WHERE seq <= ?", (seq,))
            self.undated.subtract(gone)
            self.undated = +self.undated  # without those that are none any more

    def latest(self) -> None:
        """What `show` reads of sensors that have sent or fallen silent since the last time."""
        state = self.engine.stage.state
        mark = state["received"] * 2 + state["silent"]
        if len(self._shown) != len(mark):
            self._shown = np.full(len(mark), -1, np.int64)
        changed = np.flatnonzero(mark != self._shown)
        self._shown = mark
        names = ("last", "value", "flag", "heard", "silent", "received")
        columns = [state[name][changed].tolist() for name in names]
        self.journal.db.executemany(
            "INSERT OR REPLACE INTO latest VALUES (?,?,?,?,?,?,?)",
            zip(changed.tolist(), *columns, strict=True),
        )


def _add(merged: Effects, more: Effects) -> None:
    for name in ("verdicts", "decisions", "conditions", "warnings", "later", "calls", "records"):
        getattr(merged, name).extend(getattr(more, name))
