"""Every setting of the runtime in one frozen value, read from the environment and the command line once, at the start.

A setting `web_port` is `TELLTALE_WEB_PORT` in the environment and `--web-port` on the command line, which wins.
Secrets have no flag (a command line is visible to everybody on the machine) and are never printed.
"""

# ruff: noqa: RUF009  a field is described by a function, which returns a field
import dataclasses
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, get_args

PREFIX = "TELLTALE_"
Store = Literal["memory", "rocksdb"]
Clock = Literal["wall", "log"]
Format = Literal["native", "segment", "cloudevents", "json"]
Security = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
Mechanism = Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]
Level = Literal["debug", "info", "warning", "error"]


class SettingsError(Exception):
    """One or more settings can't be used; `problems` has a sentence for each."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Source:
    """A topic whose records the ingest agent forwards to the log. `mapping`: how a site's own JSON is read."""

    topic: str
    format: Format
    mapping: Path | None = None

    def __str__(self) -> str:
        return f"{self.topic}={self.format}" + (f":{self.mapping}" if self.mapping else "")


@dataclass(frozen=True, slots=True)
class Option:
    """How one setting is given: what a command needs to make a flag of it."""

    name: str
    help: str
    metavar: str
    choices: tuple[str, ...]
    secret: bool
    flag: bool
    read: Callable[[Any], Any]

    @property
    def variable(self) -> str:
        return PREFIX + self.name.upper()

    @property
    def switch(self) -> str:
        return "--" + self.name.replace("_", "-")


def _text(given: Any) -> str:
    return str(given)


def _switch(given: Any) -> bool:
    if isinstance(given, bool):
        return given
    known = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    if str(given).lower() not in known:
        raise ValueError("yes or no")
    return known[str(given).lower()]


def _path(given: Any) -> Path | None:
    return Path(given).expanduser() if str(given) else None


def _number(kind: type[int] | type[float], low: float, high: float) -> Callable[[Any], float]:
    expected = f"{'a whole number' if kind is int else 'a number'} from {low:,} to {high:,}"

    def read(given: Any) -> float:
        try:
            number = kind(given)
        except (TypeError, ValueError):
            raise ValueError(expected) from None
        if not low <= number <= high:
            raise ValueError(expected)
        return number

    return read


def _choice(choices: tuple[str, ...], convert: Callable[[str], str]) -> Callable[[Any], str]:
    def read(given: Any) -> str:
        found = convert(str(given))
        if found not in choices:
            raise ValueError("one of " + ", ".join(choices))
        return found

    return read


def _sources(given: Any) -> tuple[Source, ...]:
    if isinstance(given, tuple) and all(isinstance(one, Source) for one in given):
        return given
    parts = str(given).split(",") if isinstance(given, str) else [str(one) for one in given]
    return tuple(_source(part.strip()) for part in parts if part.strip())


def _source(text: str) -> Source:
    topic, separator, rest = text.partition("=")
    form, _, mapping = rest.partition(":")
    if not topic or not separator or form not in get_args(Format) or (form == "json") != bool(mapping):
        raise ValueError("TOPIC=FORMAT, FORMAT one of native, segment, cloudevents, json:MAPPING.yaml")
    return Source(topic, form, Path(mapping) if mapping else None)  # type: ignore[arg-type]  # just checked


def _set(
    default: Any,
    about: str,
    read: Callable[[Any], Any],
    metavar: str = "TEXT",
    choices: tuple[str, ...] = (),
    secret: bool = False,
) -> Any:
    notes = {"help": about, "read": read, "metavar": metavar, "choices": choices, "secret": secret}
    return field(default=default, metadata=notes)


def _whole(default: int, about: str, low: int, high: int) -> Any:
    return _set(default, about, _number(int, low, high), "NUMBER")


def _seconds(default: float, about: str, low: float, high: float) -> Any:
    return _set(default, about, _number(float, low, high), "SECONDS")


def _one_of(default: str, about: str, kind: Any, convert: Callable[[str], str] = str.lower) -> Any:
    return _set(default, about, _choice(get_args(kind), convert), choices=get_args(kind))


@dataclass(frozen=True, slots=True)
class Settings:
    """The runtime's settings. Times in seconds but `settle` and `fetch_wait` (milliseconds)."""

    broker: str = _set("localhost:9092", "Kafka brokers, HOST:PORT, separated by commas", _text, "HOST:PORT")
    namespace: str = _set("", "put NAME. before every topic and consumer group", _text, "NAME")
    library: Path | None = _set(None, "folder of the library of signals", _path, "DIR")
    publish: bool = _set(False, "publish the library where another one is the newest", _switch)
    store: Store = _one_of("memory", "where customers' states are kept", Store)
    data_dir: Path = _set(Path("telltale-data"), "folder for what is kept on disk; one per worker", _path, "DIR")
    web_host: str = _set("0.0.0.0", "address that /ready, /health and /metrics listen on", _text, "HOST")  # noqa: S104
    web_port: int = _whole(6066, "port of /ready, /health and /metrics; 0 for none", 0, 65_535)
    clock: Clock = _one_of("wall", "wall: time passes by the clock; log: by the log's own records", Clock)
    settle: int = _whole(500, "ms that a tick stands behind the clock, for records on their way", 0, 60_000)
    wait: float = _seconds(60, "longest wait for a broker that isn't there", 0, 86_400)
    poll: int = _whole(2_000, "records of one fetch handed on at once", 1, 100_000)
    fetch_wait: int = _whole(20, "ms a broker may wait for records before it answers a fetch", 1, 5_000)
    partitions: int = _whole(4, "partitions of topics that are created", 1, 10_000)
    replication: int = _whole(1, "copies of topics that are created", 1, 32)
    retention: int = _whole(30, "days that the log, decisions, triggers and dead letters are kept", 1, 3_650)
    create_topics: bool = _set(False, "create topics that are missing before the start", _switch)
    standbys: int = _whole(0, "workers that hold a warm copy of each partition's states", 0, 8)
    idempotent: bool = _set(True, "let the broker drop what a retry sends twice (all of Kafka can)", _switch)
    session_timeout: float = _seconds(10, "silence after which a worker counts as dead", 6, 1_800)
    rebalance_timeout: float = _seconds(60, "longest wait for workers when partitions move", 6, 3_600)
    stall: float = _seconds(120, "standstill before unread records after which the process ends", 5, 86_400)
    sources: tuple[Source, ...] = _set((), "topics to forward to the log and their formats", _sources, "TOPIC=FORMAT")
    security_protocol: Security = _one_of("PLAINTEXT", "how brokers are spoken to", Security, str.upper)
    ssl_cafile: Path | None = _set(None, "certificates of authorities (PEM)", _path, "FILE")
    ssl_certfile: Path | None = _set(None, "the client's certificate (PEM)", _path, "FILE")
    ssl_keyfile: Path | None = _set(None, "the client's private key (PEM)", _path, "FILE")
    ssl_password: str = _set("", "password of the private key", _text, secret=True)
    sasl_mechanism: Mechanism = _one_of("PLAIN", "SASL mechanism", Mechanism, str.upper)
    sasl_username: str = _set("", "SASL user", _text, "USER")
    sasl_password: str = _set("", "SASL password", _text, secret=True)
    log_level: Level = _one_of("info", "least level of log lines", Level)

    def name(self, plain: str) -> str:
        """The topic's or group's name with the namespace before it."""
        return f"{self.namespace}.{plain}" if self.namespace else plain

    def lines(self) -> list[str]:
        """`name = value` of every setting, secrets hidden."""
        return [f"{option.name} = {self._shown(option)}" for option in OPTIONS]

    def _shown(self, option: Option) -> str:
        value = getattr(self, option.name)
        if option.secret:
            return "(hidden)" if value else "(none)"
        if option.name == "sources":
            return ",".join(map(str, value)) or "(none)"
        return "(none)" if value in (None, "") else str(value)


def _option(part: "dataclasses.Field[Any]") -> Option:
    notes = part.metadata
    return Option(
        name=part.name,
        help=notes["help"],
        metavar=notes["metavar"],
        choices=notes["choices"],
        secret=notes["secret"],
        flag=isinstance(part.default, bool),
        read=notes["read"],
    )


OPTIONS: tuple[Option, ...] = tuple(_option(part) for part in dataclasses.fields(Settings))


def load(environ: Mapping[str, str], given: Mapping[str, object] = MappingProxyType({})) -> Settings:
    """Settings from environment variables and from what the command line gave (None: not given).

    Raises SettingsError with a sentence for every setting that can't be used.
    """
    problems: list[str] = []
    values: dict[str, Any] = {}
    for option in OPTIONS:
        _take(option, environ, given, values, problems)
    settings = Settings(**values)
    problems += _contradictions(settings)
    if problems:
        raise SettingsError(tuple(problems))
    return settings


def _take(
    option: Option,
    environ: Mapping[str, str],
    given: Mapping[str, object],
    values: dict[str, Any],
    problems: list[str],
) -> None:
    argument, variable = given.get(option.name), environ.get(option.variable)
    where, found = (option.switch, argument) if argument is not None else (option.variable, variable)
    if found is None or found == "":
        return
    try:
        values[option.name] = option.read(found)
    except ValueError as expected:
        shown = "a value" if option.secret else repr(str(found))
        problems.append(f"{where}: found {shown}, expected {expected}")


def _contradictions(settings: Settings) -> list[str]:
    found = [_missing(settings, name) for name in ("ssl_cafile", "ssl_certfile", "ssl_keyfile")]
    if settings.security_protocol.startswith("SASL") and not settings.sasl_username:
        found.append("sasl_username: found none, expected a user, as security_protocol is SASL_...")
    if settings.ssl_keyfile and not settings.ssl_certfile:
        found.append("ssl_certfile: found none, expected the certificate of ssl_keyfile")
    if set(settings.namespace) - set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"):
        found.append(f"namespace: found {settings.namespace!r}, expected letters, digits, '.', '_' and '-'")
    return [one for one in found if one]


def _missing(settings: Settings, name: str) -> str:
    path: Path | None = getattr(settings, name)
    return f"{name}: found no file {path}, expected a readable PEM file" if path and not path.is_file() else ""


def ssl_context(settings: Settings) -> ssl.SSLContext | None:
    """The TLS context of the settings, None where the protocol has no TLS."""
    if not settings.security_protocol.endswith("SSL"):
        return None
    context = ssl.create_default_context(cafile=settings.ssl_cafile and str(settings.ssl_cafile))
    if settings.ssl_certfile:
        context.load_cert_chain(settings.ssl_certfile, settings.ssl_keyfile, settings.ssl_password or None)
    return context
