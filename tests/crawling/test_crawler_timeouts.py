"""Every time-out of a crawl is a setting, and each is lowered here by itself."""

from __future__ import annotations

import signal
import threading
import time
from dataclasses import fields

import pytest
from commands import verdicts
from crawl_site import PAGE, Answer, finish, outcomes, rows, run_crawl, serving, start_crawl
from fault_server import crawl_with_names

from crawler.settings import crawl_settings
from crawler.start.timeouts import Timeouts
from schema.errors import UsageError

COMPARE = "/compare/alder-vs-birch"


def test_a_name_server_that_hangs_is_given_up_in_the_time_of_a_connection(home):
    """It answers at last, and long before a whole exchange would be given up."""
    ended = crawl_with_names(
        home, {"slow.test": ["hang"]}, "http://slow.test:9" + COMPARE, timeout_s=0.5
    )
    assert ended.exit_code == 20, ended.errors
    assert outcomes(home, "/robots.txt") == ["network_error:timeout_connect"]


@pytest.mark.parametrize("stop_s", ["0.5", "30"])
def test_the_patience_of_a_run_that_was_told_to_stop(home, stop_s):
    began = threading.Event()

    def late(handler: object) -> None:
        began.set()
        time.sleep(3)
        handler.wfile.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"  # type: ignore[attr-defined]
            b"Content-Length: %d\r\n\r\n" % len(PAGE) + PAGE
        )

    with serving() as site:
        site.answers[COMPARE] = Answer(play=late)
        process = start_crawl(home, site.base + COMPARE, "--timeout", f"stop={stop_s}")
        assert began.wait(20)
        process.send_signal(signal.SIGTERM)
        ended = finish(process)
    assert ended.exit_code == 20, ended.errors
    state = "waiting" if stop_s == "0.5" else "captured"
    assert rows(home, "SELECT state FROM page WHERE role = 'comparison'") == [(state,)]


def test_a_page_that_takes_a_worker_too_long_is_stored_and_not_read(home):
    with serving() as site:
        ended = run_crawl(home, site.base + COMPARE, "--timeout", "page=0.0001")
    assert outcomes(home, COMPARE) == ["extraction_refused:parser_died"]
    assert (ended.exit_code, ended.report["stored"]) == (10, 1)


def test_a_run_that_takes_too_long_ends_in_order_and_goes_on_the_next_time(home):
    """Whether its time is up between pages or in the long wait for one."""
    paths = [f"/compare/alder-vs-{name}" for name in ("birch", "cedar", "damson")]
    with serving() as site:
        site.answers |= {path: Answer(PAGE) for path in paths}
        named = [site.base + path for path in paths]
        ended = run_crawl(home, *named, "--delay", "3", "--timeout", "run=1")
        assert (ended.exit_code, ended.report["stopped"]) == (20, "it had gone on for 1 seconds")
        assert ended.report["waiting"] > 0
        again = run_crawl(home)
    assert (again.exit_code, again.report["waiting"]) == (0, 0)
    assert sorted(path for _, path, _ in site.asked if path in paths) == paths


def test_the_settings_of_scrapy_follow_the_time_outs_and_a_connection_is_part_of_an_exchange():
    def found(**given: float) -> list[float]:
        made = crawl_settings(
            delay_s=1, contact="", allow_private=True, version="1", timeouts=Timeouts(**given)
        )
        return [made[name] for name in ("VERDICTS_EXCHANGE_S", "VERDICTS_CONNECT_S")]

    assert found(exchange_s=30, connect_s=4) == [30, 4]
    assert found(exchange_s=3, connect_s=4) == [3, 3]


@pytest.mark.parametrize("given", ["0", "-1", "nan", "inf"])
def test_a_time_out_is_a_number_of_seconds(given):
    for each in fields(Timeouts):
        with pytest.raises(UsageError, match=each.name.removesuffix("_s")):
            Timeouts(**{each.name: float(given)})


@pytest.mark.parametrize("given", ["body=1", "connect", "connect=soon", "connect=-1", "=1"])
def test_a_time_out_that_cannot_be_meant_is_wrong_usage(home, given):
    ended = verdicts("crawl", "https://sample.example", "--home", home, "--timeout", given)
    assert ended.returncode == 2
    assert "--timeout" in ended.stderr or "time-out" in ended.stderr
    assert not home.exists()


def test_the_help_names_every_time_out_and_its_default():
    told = verdicts("crawl", "--help").stdout
    for each in fields(Timeouts):
        assert f"{each.name.removesuffix('_s')}={each.default:g}" in told
