"""Who may connect: passwords right, wrong and missing; TLS with certificates on both sides."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.mosquitto import Mosquitto
from tests.scenarios.hearing import hearing, mosquitto


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[tuple[Mosquitto, Path]]:
    """A broker with one user, and its file of passwords."""
    passwords = tmp_path / "passwords"
    made = mosquitto(tmp_path / "guarded", f"password_file {passwords}", anonymous=False)
    set_password(passwords, "right")
    made.start()
    yield made, passwords
    made.stop()


def set_password(file: Path, word: str) -> None:
    subprocess.run(["mosquitto_passwd", "-c", "-b", file, "gong", word], check=True)


def user(folder: Path, word: str) -> dict[str, Any]:
    """Options of a user whose password lies in a file."""
    secret = folder / "secret"
    secret.write_text(word, encoding="utf-8")
    return {"username": "gong", "password": {"file": secret}}


@pytest.mark.parametrize("protocol", ["auto", "3.1.1"])
def test_the_right_password(guarded: tuple[Mosquitto, Path], tmp_path: Path, protocol: str) -> None:
    with hearing(guarded[0].url, protocol=protocol, **user(tmp_path, "right")) as ear:
        ear.subscribed()
        assert ear.said("broker") == []


def test_a_wrong_password(guarded: tuple[Mosquitto, Path], tmp_path: Path) -> None:
    """Told once, and tried again until somebody has put it right at the broker."""
    made, passwords = guarded
    with hearing(made.url, **user(tmp_path, "wrong")) as ear:
        ear.until(lambda: ear.collector.session >= 3)
        (told,) = ear.said("broker")
        assert told["reason"] == "the broker refused: Not authorized"
        assert "wrong" not in str(ear.said())
        set_password(passwords, "wrong")
        made._process.send_signal(signal.SIGHUP)
        ear.subscribed()
        assert ear.states() == ["trouble", "recovered"]
        assert ear.said("connected")[0]["protocol"] == "5"


def test_a_password_that_is_not_where_it_should_be(
    guarded: tuple[Mosquitto, Path], tmp_path: Path
) -> None:
    options = user(tmp_path, "right")
    (tmp_path / "secret").unlink()
    with hearing(guarded[0].url, **options) as ear:
        ear.until(lambda: ear.collector.session >= 2)
        assert "secret file" in ear.said("broker")[0]["detail"]
        (tmp_path / "secret").write_text("right", encoding="utf-8")
        ear.subscribed()


# -- TLS


def openssl(folder: Path, *words: str) -> None:
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)


def authority(folder: Path, name: str) -> None:
    """A self-signed certificate that may sign others."""
    openssl(folder, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
            "-nodes", "-days", "2", "-subj", f"/CN={name}",
            "-keyout", f"{name}.key", "-out", f"{name}.crt")  # fmt: skip


def certificate(folder: Path, name: str, ca: str) -> None:
    """Of a server at 127.0.0.1, or of a client."""
    openssl(folder, "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1",
            "-keyout", f"{name}.key", "-out", f"{name}.csr")  # fmt: skip
    openssl(folder, "x509", "-req", "-in", f"{name}.csr", "-CA", f"{ca}.crt", "-CAkey", f"{ca}.key",
            "-CAcreateserial", "-days", "2", "-copy_extensions", "copy",
            "-out", f"{name}.crt")  # fmt: skip


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    for name in ("ca", "stranger"):
        authority(folder, name)
    for name in ("server", "station"):
        certificate(folder, name, "ca")
    return folder


@pytest.fixture
def secure(tmp_path: Path, certificates: Path) -> Iterator[str]:
    """A broker that shows a certificate and wants one; its address."""
    made = mosquitto(
        tmp_path / "secure",
        f"cafile {certificates}/ca.crt",
        f"certfile {certificates}/server.crt",
        f"keyfile {certificates}/server.key",
        "require_certificate true",
    )
    made.start()
    yield f"mqtts://127.0.0.1:{made.port}"
    made.stop()


def test_tls_with_certificates_on_both_sides(secure: str, certificates: Path) -> None:
    files = {
        "ca_file": certificates / "ca.crt",
        "cert_file": certificates / "station.crt",
        "key_file": certificates / "station.key",
    }
    with hearing(secure, ["$SYS/broker/version"], **files) as ear:
        ear.until(lambda: len(ear.heard) == 1, answer=True)
        assert ear.payloads()[0].startswith(b"mosquitto")
        assert ear.said("broker") == []


# paho leaves the socket of a failed handshake to be closed when it is forgotten, at once
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"ca_file": "ca.crt"}, "certificate required"),
        ({"ca_file": "stranger.crt"}, "certificate verify failed"),
        ({"ca_file": "gone.crt"}, "No such file"),
    ],
    ids=["without-our-certificate", "signed-by-a-stranger", "no-such-file"],
)
def test_tls_that_fails_is_told_once(
    secure: str, certificates: Path, files: dict[str, str], reason: str
) -> None:
    paths = {key: certificates / name for key, name in files.items()}
    with hearing(secure, **paths) as ear:
        ear.until(lambda: ear.collector.session >= 3)
        (told,) = ear.said("broker")
        assert reason in told["reason"] + told.get("detail", "")
