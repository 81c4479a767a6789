"""What a crawl does where encryption cannot be trusted: rows B01 to B08 of docs/faults.md.

Certificates are made here, by an authority that only the crawl under test is told to trust.
"""

from __future__ import annotations

import ssl
import warnings
from pathlib import Path

import pytest
from crawl_site import PAGE, Ended, outcomes, rows, run_crawl
from fault_server import Authority, Say, crawl_with_names, faulty, whole

from crawler.start.trust import proxy_variable, require_roots
from schema.errors import StartError

PLACE = "/compare/alder-vs-birch"
ANSWERS = {PLACE: whole(PAGE)}


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def refused(home: Path, authority: Authority, context: ssl.SSLContext) -> tuple[str, Ended]:
    """How a crawl of a server with this certificate ends; nothing may have been asked of it."""
    with faulty(ANSWERS, context) as server:
        ended = run_crawl(home, server.base + PLACE, env=authority.env)
    assert server.asked == []
    assert (ended.exit_code, ended.report["robots_state"]) == (20, "unreachable"), ended.errors
    (outcome,) = outcomes(home, "/robots.txt")
    return outcome, ended


def test_b00_a_sound_certificate_is_accepted(home, authority):
    """Without this, every refusal below could have another cause."""
    with faulty(ANSWERS, authority.context()) as server:
        ended = run_crawl(home, server.base + PLACE, env=authority.env)
    assert (ended.exit_code, ended.report["stored"]) == (0, 1), ended.errors


@pytest.mark.parametrize("days", [(-30, -1), (1, 30)])
def test_b01_a_certificate_of_another_time_is_expired(home, authority, days):
    outcome, _ = refused(home, authority, authority.context(days=days))
    assert outcome == "network_error:tls_expired"


@pytest.mark.parametrize("name", ["other.example", "127.0.0.9"])
def test_b02_a_certificate_for_another_host_is_refused_by_name(home, authority, name):
    outcome, _ = refused(home, authority, authority.context(name))
    assert outcome == "network_error:tls_name"


@pytest.mark.parametrize("whose", ["its own", "a stranger's"])
def test_b03_a_certificate_that_nobody_we_know_signed_is_untrusted(
    home, authority, whose, tmp_path
):
    if whose == "its own":
        context = authority.context(is_self_signed=True)
    else:
        (tmp_path / "stranger").mkdir()
        context = Authority(tmp_path / "stranger").context()
    outcome, _ = refused(home, authority, context)
    assert outcome == "network_error:tls_untrusted"


@pytest.mark.parametrize("what", ["an old version", "no secret"])
def test_b04_old_versions_and_ciphers_that_hide_nothing_are_refused(home, authority, what):
    context = authority.context()
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        if what == "an old version":
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = ssl.TLSVersion.TLSv1_1
            context.set_ciphers("ALL:@SECLEVEL=0")
        else:
            context.maximum_version = ssl.TLSVersion.TLSv1_2
            context.set_ciphers("ECDHE-ECDSA-NULL-SHA:@SECLEVEL=0")
    outcome, _ = refused(home, authority, context)
    assert outcome == "network_error:tls_version"


def test_b05_a_handshake_that_stalls_is_given_up_in_the_time_of_a_connection(home, authority):
    with faulty(ANSWERS, authority.context(), is_mute=True) as server:
        ended = run_crawl(home, server.base + PLACE, "--timeout", "connect=1", env=authority.env)
    assert ended.exit_code == 20
    assert outcomes(home, "/robots.txt") == ["network_error:timeout_connect"]


def test_b06_a_redirect_out_of_encryption_is_not_followed(home, authority):
    with faulty(ANSWERS, authority.context()) as server:
        away = server.base.replace("https", "http") + "/compare/plain-vs-text"
        server.answers[PLACE] = Say(
            b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + away.encode() + b"\r\n\r\n",
            "keep",
        )
        ended = run_crawl(home, server.base + PLACE, env=authority.env)
    assert ended.exit_code == 10
    assert outcomes(home, PLACE) == ["refused_scope:downgrade"]
    assert set(server.paths()) == {"/robots.txt", PLACE}
    assert rows(home, "SELECT detail FROM attempt WHERE reason = 'downgrade'") == [(away,)]


@pytest.mark.parametrize(
    ("then", "outcome"), [("farewell", ["ok:"]), ("close", ["damaged:framing"] * 3)]
)
def test_b00_the_end_of_a_page_counts_only_where_the_server_itself_said_it(
    home, authority, then, outcome
):
    """Anybody on the way can end a connection; only the server can say so under its encryption."""
    unsized = Say(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + PAGE, then)
    with faulty({PLACE: unsized}, authority.context()) as server:
        run_crawl(home, server.base + PLACE, env=authority.env)
    assert outcomes(home, PLACE) == outcome


def test_b07_without_roots_to_check_against_a_crawl_refuses_to_start(home, authority, tmp_path):
    missing = {"SSL_CERT_FILE": str(tmp_path / "none.pem"), "SSL_CERT_DIR": str(tmp_path / "none")}
    with faulty(ANSWERS, authority.context()) as server:
        ended = run_crawl(home, server.base + PLACE, env=missing)
    assert ended.exit_code == 30, ended.errors
    assert "none.pem" in ended.errors
    assert server.connections == 0
    assert not home.exists()


def test_b07_roots_that_have_expired_or_are_none_are_told(authority, tmp_path):
    empty = tmp_path / "empty.pem"
    empty.write_text("nothing\n")
    old = tmp_path / "old.pem"
    old.write_bytes(authority.certificate(days=(-900, -1)))
    for file, words in ((empty, "holds no root"), (old, "have expired")):
        with pytest.raises(StartError, match=words):
            require_roots({"SSL_CERT_FILE": str(file)})
    require_roots(authority.env)


def test_b08_where_most_certificates_are_of_another_time_the_clock_is_doubted(home, authority):
    first = authority.context(days=(-4000, -3000))
    with faulty(ANSWERS, first) as one, faulty(ANSWERS, first) as other, faulty(ANSWERS) as sound:
        ended = run_crawl(
            home,
            one.base + PLACE,
            other.base + "/compare/alder-vs-cedar",
            sound.base + "/compare/birch-vs-cedar",
            env=authority.env,
        )
    assert ended.exit_code == 20
    assert "check the clock" in str(ended.report["stopped"])
    assert one.asked == other.asked == []
    assert "/compare/birch-vs-cedar" not in sound.paths()


PROXY = "http://127.0.0.1:9"


@pytest.mark.parametrize(
    ("url", "env", "variable"),
    [
        ("https://a.example/", {"https_proxy": PROXY}, "https_proxy"),
        ("https://a.example/", {"HTTPS_PROXY": PROXY}, "HTTPS_PROXY"),
        ("https://a.example/", {"all_proxy": PROXY}, "all_proxy"),
        ("http://a.example/", {"http_proxy": PROXY}, "http_proxy"),
        ("https://a.example/", {"http_proxy": PROXY}, None),
        ("https://a.example/", {"https_proxy": ""}, None),
        ("https://a.example/", {"https_proxy": PROXY, "no_proxy": "b.example,a.example"}, None),
        ("https://a.example/", {"https_proxy": PROXY, "no_proxy": "*"}, None),
    ],
)
def test_a_proxy_is_seen_where_the_environment_names_one(url, env, variable):
    assert proxy_variable(url, env) == variable


def test_a_proxy_that_would_hide_the_address_from_the_guard_is_refused(home):
    ended = crawl_with_names(
        home,
        {"shop.test": ["absent"]},
        "http://shop.test:9" + PLACE,
        guard=True,
        env={"http_proxy": PROXY, "no_proxy": ""},
    )
    assert ended.exit_code == 30, ended.errors
    assert "http_proxy" in ended.errors
    assert not home.exists()


def test_a_proxy_is_never_used_even_where_the_guard_is_off(home):
    with faulty(ANSWERS) as server:
        ended = run_crawl(home, server.base + PLACE, env={"http_proxy": PROXY, "no_proxy": ""})
    assert (ended.exit_code, ended.report["stored"]) == (0, 1), ended.errors
