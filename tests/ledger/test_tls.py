"""Servers with TLS and without: what an address asks for is what there is."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
import shutil

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
import pytest
import sqlalchemy as sa

from custom_components.atelier.ledger.errors import LedgerUnavailable
from custom_components.atelier.ledger.ledger import Ledger

from .postgres import Cluster

_NAME = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])


def certify(folder: Path) -> tuple[Path, Path]:
    """Write a certificate that its owner signed, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost")])
    certificate = (
        x509.CertificateBuilder(_NAME, _NAME, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = folder / "server.crt", folder / "server.key"
    files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return files


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Run a server that speaks TLS."""
    try:
        cluster = Cluster()
    except LookupError as missing:
        pytest.skip(str(missing))
    cluster.certify(*certify(tmp_path_factory.mktemp("tls")))
    cluster.start()
    yield cluster
    cluster.remove()


async def is_secured(url: str) -> bool:
    """Tell whether a ledger's connection is encrypted."""
    ledger = await Ledger.open(url)
    query = sa.text("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
    try:
        return bool(await ledger.read(lambda connection: connection.scalar(query)))
    finally:
        await ledger.close()


@pytest.mark.parametrize(
    ("mode", "encrypted"),
    [("", True), ("?ssl=allow", True), ("?ssl=require", True), ("?ssl=disable", False)],
)
async def test_a_server_with_tls(secured: Cluster, mode: str, *, encrypted: bool) -> None:
    assert await is_secured(f"{secured.new_database()}{mode}") is encrypted


@pytest.mark.parametrize("mode", ["", "?ssl=prefer", "?ssl=disable"])
async def test_a_server_without(cluster: Cluster, mode: str) -> None:
    assert await is_secured(f"{cluster.new_database()}{mode}") is False


@pytest.mark.parametrize("mode", ["require", "verify-full", "nonsense"])
async def test_a_server_without_is_refused_where_tls_is_wanted(cluster: Cluster, mode: str) -> None:
    with pytest.raises(LedgerUnavailable):
        await Ledger.open(f"{cluster.new_database()}?ssl={mode}")


async def test_a_certificate_is_looked_at_where_that_is_wanted(
    secured: Cluster, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    url = secured.new_database()
    monkeypatch.setenv("HOME", str(tmp_path))
    for mode in ("verify-ca", "verify-full"):
        with pytest.raises(LedgerUnavailable):
            await Ledger.open(f"{url}?ssl={mode}")
    (tmp_path / ".postgresql").mkdir()
    shutil.copy(secured.certificate, tmp_path / ".postgresql" / "root.crt")
    assert await is_secured(f"{url}?ssl=verify-ca")
    with pytest.raises(LedgerUnavailable):  # the address is of another host
        await Ledger.open(f"{url}?ssl=verify-full")
    assert await is_secured(f"{url.replace('127.0.0.1', 'localhost')}?ssl=verify-full")
