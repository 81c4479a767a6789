"""Other people's tools open, check and replay what `verdicts wacz` gives: py-wacz and pywb, run."""

from __future__ import annotations

import base64
import gzip
import json
import zipfile
from pathlib import Path

import pytest
from commands import verdicts
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_public_key,
)
from interop_env import replayed, replaying, run
from interop_home import CUT, LARGE, Line, Made, make
from warcio.archiveiterator import ArchiveIterator

from archive import open_archive


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return make(tmp_path_factory.mktemp("wacz"))


@pytest.fixture(scope="module")
def package(made: Made) -> Path:
    out = made.home.parent / "held.wacz"
    done = verdicts("wacz", "--home", made.home, "--out", out, "--json")
    assert done.returncode == 0, done.stderr
    unread = "its bytes cannot be read, so what it asks for cannot be told"
    assert json.loads(done.stdout)["left_out"].keys() == {unread}
    return out


def lines_of(package: Path) -> list[Line]:
    with zipfile.ZipFile(package) as file:
        text = gzip.decompress(file.read("indexes/index.cdx.gz")).decode()
    return [Line.of(line) for line in text.splitlines()]


def test_py_wacz_calls_it_valid_and_would_have_told_of_one_changed_byte(
    package: Path, tmp_path: Path
) -> None:
    done = run("wacz", "validate", "-f", package)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "the passed WACZ is valid" in done.stdout
    for name in ("pages/pages.jsonl", "datapackage.json"):
        other = tmp_path / "changed.wacz"
        with zipfile.ZipFile(package) as source, zipfile.ZipFile(other, "w") as target:
            for each in source.namelist():
                data = source.read(each)
                target.writestr(each, data.replace(b"All", b"Few") if each == name else data)
        changed = run("wacz", "validate", "-f", other)
        assert (changed.returncode == 0) == (name == "datapackage.json"), changed.stdout


def test_warcio_finds_its_records_sound_and_answers_alone(package: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(package) as file:
        (name,) = (each for each in file.namelist() if each.startswith("archive/"))
        path = Path(file.extract(name, tmp_path))
    done = run("warcio", "check", path)
    assert (done.returncode, done.stdout) == (0, "")
    with path.open("rb") as opened:
        records = [(each.rec_type, each.rec_headers) for each in ArchiveIterator(opened)]
    kinds = [kind for kind, _ in records]
    assert kinds[0] == "warcinfo"
    assert set(kinds[1:]) == {"response", "revisit", "resource"}
    assert records[0][1]["WARC-Filename"] == path.name
    ids = {headers["WARC-Record-ID"] for _, headers in records}
    originals = {headers["WARC-Refers-To"] for kind, headers in records if kind == "revisit"}
    assert originals and originals < ids
    plain = gzip.decompress(path.read_bytes())
    assert b"User-Agent" not in plain and b"WARC-Concurrent-To" not in plain


def test_cdxj_indexer_gives_the_lines_of_its_index_but_for_answers_that_nothing_changed(
    package: Path, tmp_path: Path
) -> None:
    with zipfile.ZipFile(package) as file:
        (name,) = (each for each in file.namelist() if each.startswith("archive/"))
        path = file.extract(name, tmp_path)
    done = run("cdxj-indexer", "--sort", path)
    theirs = [Line.of(text) for text in done.stdout.splitlines()]
    wanted = [line for line in theirs if line.held.get("status") != "304"]
    ours = lines_of(package)
    for line in (*ours, *wanted):
        line.held["status"] = line.held.get("status", "200")
    assert len(wanted) < len(theirs)
    assert ours == wanted


def test_pywb_takes_it_in_and_replays_each_answer_as_it_was_served(
    made: Made, package: Path, tmp_path: Path
) -> None:
    for arguments in (("init", "held"), ("add", "--unpack-wacz", "held", package)):
        done = run("wb-manager", *arguments, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    statuses = set()
    with replaying(tmp_path) as port:
        for line in lines_of(package):
            at = f"/held/{line.moment}id_/{line.held['url']}"
            status, _, body = replayed(port, at)
            assert status == int(line.held["status"]), at
            if status != 301:
                assert body == made.served[line.path], at
            statuses.add((status, line.held["mime"]))
        assert {(200, "text/html"), (200, "warc/revisit"), (301, "text/html")} < statuses
        with zipfile.ZipFile(package) as file:
            _, *pages = file.read("pages/pages.jsonl").splitlines()
        listed = [json.loads(each) for each in pages]
        assert len(listed) > 8
        for each in listed:
            moment = "".join(sign for sign in each["ts"] if sign.isdigit())
            status, _, body = replayed(port, f"/held/{moment}id_/{each['url']}")
            path = "/" + each["url"].split("/", 3)[3]
            assert (status, body) == (200, made.served[path])


def test_every_capture_is_in_it_but_those_that_were_cut(made: Made, package: Path) -> None:
    held = {(line.moment, line.held["url"]) for line in lines_of(package)}
    every = {
        (line.moment, line.held["url"])
        for line in made.lines
        if line.path not in (CUT, LARGE) and line.held["status"] != "304"
    }
    assert held == every
    assert len(open_archive(made.home).captures()) > len(every)


@pytest.fixture(scope="module")
def key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP384R1())


def pem(key: ec.EllipticCurvePrivateKey, password: bytes | None = None) -> bytes:
    how = BestAvailableEncryption(password) if password else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how)


def test_a_signed_package_says_by_whose_key_and_anybody_can_check_it(
    made: Made, key: ec.EllipticCurvePrivateKey, tmp_path: Path
) -> None:
    (tmp_path / "key.pem").write_bytes(pem(key))
    made_twice = []
    for name in ("one.wacz", "two.wacz"):
        out = tmp_path / name
        common = ("--home", made.home, "--address", "*/compare/saved*", "--json")
        done = verdicts("wacz", *common, "--key", tmp_path / "key.pem", "--out", out)
        assert json.loads(done.stdout)["is_signed"] is True, done.stderr
        made_twice.append(out.read_bytes())
    assert made_twice[0] == made_twice[1]
    assert "Has signature" in run("wacz", "validate", "-f", out).stdout
    with zipfile.ZipFile(out) as file:
        digest = json.loads(file.read("datapackage-digest.json"))
        manifest = json.loads(file.read("datapackage.json"))
    said = digest["signedData"]
    assert (said["hash"], said["created"]) == (digest["hash"], manifest["created"])
    public = load_der_public_key(base64.b64decode(said["publicKey"]))
    assert isinstance(public, ec.EllipticCurvePublicKey)
    assert public == key.public_key()
    numbers = base64.b64decode(said["signature"])
    assert len(numbers) == 96
    r, s = (int.from_bytes(half, "big") for half in (numbers[:48], numbers[48:]))
    signature = utils.encode_dss_signature(r, s)
    public.verify(signature, said["hash"].encode(), ec.ECDSA(SHA256()))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (pem(ec.generate_private_key(ec.SECP256R1())), "on the curve P-384"),
        (pem(ec.generate_private_key(ec.SECP384R1()), b"word"), "with a password"),
        (b"no key", "no private key in PEM"),
    ],
)
def test_a_key_that_others_could_not_check_is_refused(
    made: Made, tmp_path: Path, data: bytes, words: str
) -> None:
    (tmp_path / "key.pem").write_bytes(data)
    refused = verdicts(
        "wacz", "--home", made.home, "--key", "key.pem", "--out", "a.wacz", cwd=tmp_path
    )
    assert refused.returncode == 2
    assert words in refused.stderr and "openssl genpkey" in refused.stderr
    assert [each.name for each in tmp_path.iterdir()] == ["key.pem"]
