"""What stands in deploy/ is accepted by the programs that it is written for, and does its work."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import forked
import pytest
import yaml
from crawl_site import Answer, run_crawl
from nginx_front import CONF
from old_home import value

from archive import Home
from db import build
from verdicts.sample import serve_sample
from verdicts.told import crawled

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted(path.name for path in DEPLOY.glob("verdicts-*.*"))
OURS = ("/opt/verdicts/.venv/bin/verdicts", "/opt/verdicts/deploy/notify.sh")
CONFINED = ("verdicts-crawl", "verdicts-build", "verdicts-keep", "verdicts-serve")


def executable(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    return path


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units, their programs standing where this machine has them."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    for name in UNITS:
        text = (DEPLOY / name).read_text()
        for program in OURS:
            own = executable(tmp_path / Path(program).name, "#!/bin/sh\n")
            text = text.replace(program, str(own))
        (tmp_path / name).write_text(text)
    return tmp_path


def analyze(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["systemd-analyze", *arguments],
        cwd=folder,
        text=True,
        capture_output=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("name", UNITS)
def test_systemd_accepts_each_unit_without_a_word(units, name):
    given = "verdicts-notify@verdicts-crawl.service" if "@" in name else name
    if given != name:
        (units / name).rename(units / given)
    done = analyze(units, "verify", "--man=no", "--recursive-errors=yes", f"./{given}")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_wrong_unit_would_be_seen(units):
    path = units / "verdicts-crawl.service"
    path.write_text(path.read_text().replace("Type=oneshot", "Type=once\nNoSuchKey=1"))
    done = analyze(units, "verify", "--man=no", "./verdicts-crawl.service")
    assert done.returncode or done.stderr


@pytest.mark.parametrize("name", CONFINED)
def test_what_runs_unattended_is_confined(units, name):
    done = analyze(units, "security", "--offline=true", "--threshold=20", f"./{name}.service")
    assert done.returncode == 0, done.stdout


def test_the_timers_name_times_that_systemd_reads(units):
    for path in units.glob("*.timer"):
        when = re.search(r"^OnCalendar=(.+)$", path.read_text(), re.MULTILINE)
        assert when is not None
        assert analyze(units, "calendar", when[1]).returncode == 0
        assert (units / f"{path.stem}.service").exists()


def test_every_command_of_a_unit_is_one_that_the_program_has():
    for name in UNITS:
        for line in re.findall(r"^ExecStart=(.+)$", (DEPLOY / name).read_text(), re.MULTILINE):
            program, *words = line.split()
            assert program in OURS
            if program == OURS[0]:
                done = forked.run(
                    [sys.executable, "-m", "verdicts", words[0], "--help"],
                    capture_output=True,
                    text=True,
                    check=False,
                )
                assert done.returncode == 0, line
                assert all(word in done.stdout for word in words if word.startswith("--"))


def test_the_first_crawl_by_hand_is_the_units_with_an_address():
    papers = (DEPLOY.parent / "docs" / "install.md").read_text().replace("\\\n", " ")
    (line,) = re.findall(r"^runuser -u (.+)$", papers, re.MULTILINE)
    unit = (DEPLOY / "verdicts-crawl.service").read_text()
    user, _, _, home, contact, program, name, address, *options = line.split()
    assert f"User={user}\n" in unit
    assert f"Environment={home}\n" in unit
    assert f"ExecStart={program} {name}\n" in unit
    assert contact in (DEPLOY / "env.example").read_text()
    assert address.startswith("https://")
    told = forked.run(
        [sys.executable, "-m", "verdicts", name, "--help"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    assert all(word in told for word in options if word.startswith("--"))
    assert f"${contact.partition('=')[0]}" in told


def test_exits_that_a_build_may_follow_are_successes_and_a_person_is_told_of_each():
    crawl = (DEPLOY / "verdicts-crawl.service").read_text()
    assert "SuccessExitStatus=10 20\n" in crawl
    assert "OnSuccess=verdicts-build.service verdicts-notify@%n.service\n" in crawl
    for name in CONFINED:
        assert "OnFailure=verdicts-notify@%n.service\n" in (DEPLOY / f"{name}.service").read_text()


def test_the_site_may_read_what_is_published_and_nothing_else_of_a_home():
    unit = (DEPLOY / "verdicts-serve.service").read_text()
    hidden = {
        path.lstrip("-")
        for line in re.findall(r"^InaccessiblePaths=(.+)$", unit, re.MULTILINE)
        for path in line.split()
    }
    home = Home(Path("/var/lib/verdicts"))
    made = {name for name, value in vars(Home).items() if isinstance(value, property)}
    paths = {str(found) for name in made if isinstance(found := getattr(home, name), Path)}
    assert paths - hidden == {str(home.public)}
    assert "ProtectSystem=strict\n" in unit and "ReadOnlyPaths=/var/lib/verdicts\n" in unit
    assert "ReadWritePaths" not in unit and "StateDirectory" not in unit


def test_the_site_is_started_for_nginx_as_its_file_says():
    unit = (DEPLOY / "verdicts-serve.service").read_text()
    (started,) = re.findall(r"^ExecStart=\S+ serve (.+)$", unit, re.MULTILINE)
    (line,) = re.findall(r"^# +verdicts serve (.+)$", CONF, re.MULTILINE)
    assert line == f"--host 127.0.0.1 {started}"
    (port,) = re.findall(r"server 127\.0\.0\.1:([0-9]+);\n    keepalive 16;\n    #", CONF)
    assert f"--port {port} " in line and f"SocketBindAllow=tcp:{port}\n" in unit
    assert "--no-sql" in line


def test_each_bound_that_the_paper_names_stands_in_nginxs_file():
    paper = (ROOT / "docs" / "serving.md").read_text().partition("## On the internet")[2]
    rows = re.findall(r"^\| (`.+) \| .+ \| .+ \|$", paper.partition("\n## ")[0], re.MULTILINE)
    named = [each for row in rows for each in re.findall(r"`([^`]+)`", row)]
    assert len(named) >= 12
    assert not [each for each in named if not re.search(rf"{re.escape(each)}[; \n]", CONF)]
    (keep,) = re.findall(r"^proxy_cache_path (\S+) ", CONF, re.MULTILINE)
    assert f"`find {keep} -type f -delete`" in paper
    (root,) = re.findall(r"root (\S+); }", CONF)
    assert f"mkdir -p {root} " in paper and f"--webroot -w {root} " in paper


def test_the_paper_writes_a_host_into_every_line_that_names_one():
    paper = (ROOT / "docs" / "serving.md").read_text()
    (change,) = re.findall(r"`sed '(s/\S+/g)' /opt/verdicts/deploy/nginx.conf", paper)
    _, found, put, _ = change.split("/")
    told = re.sub(found, put, CONF)
    assert "archive.example" not in told and told.count("YOUR.HOST") >= 6
    for kind, folder in (("key", "private"), ("pem", "certs")):
        assert f"/etc/ssl/{folder}/YOUR.HOST.{kind};" in told
        assert f"/etc/ssl/{folder}/YOUR.HOST.{kind}" in paper


CONTAINER = (DEPLOY / "Containerfile").read_text()


def test_a_container_starts_the_site_as_the_unit_does_and_as_nobody_in_particular():
    unit = (DEPLOY / "verdicts-serve.service").read_text()
    (started,) = re.findall(r"^ExecStart=\S+ (.+)$", unit, re.MULTILINE)
    (words,) = re.findall(r"^CMD (\[.+\])$", CONTAINER, re.MULTILINE)
    assert json.loads(words) == started.replace("serve", "serve --host 127.0.0.1").split()
    last = CONTAINER.rpartition("\nFROM ")[2]
    assert re.search(r"^USER ([1-9][0-9]*):([1-9][0-9]*)$", last, re.MULTILINE)
    assert "RUN" not in last and "ADD" not in CONTAINER
    assert re.findall(r"^COPY (.+) \S+$", CONTAINER, re.MULTILINE) == [
        "requirements.lock dist/verdicts-*.whl",
        "--from=made /opt/verdicts",
    ]
    assert "--only-binary :all: --require-hashes" in CONTAINER
    (asked,) = re.findall(r"^    CMD (\[.+\])$", CONTAINER, re.MULTILINE)
    compile(json.loads(asked)[2], "health", "exec")
    for bound in ("--read-only", "--cap-drop all", "no-new-privileges", "--memory 512m", ":ro "):
        assert bound in CONTAINER.partition("\nFROM ")[0]


def notify(
    *arguments: str, path: str | None = None, **env: str
) -> subprocess.CompletedProcess[str]:
    clean = {"PATH": path or os.environ["PATH"], **env}
    return subprocess.run(
        ["sh", DEPLOY / "notify.sh", *arguments],
        env=clean,
        text=True,
        capture_output=True,
        check=False,
        timeout=20,
    )


@pytest.fixture
def tell(tmp_path: Path) -> Path:
    return executable(tmp_path / "tell", '#!/bin/sh\n{ echo "$1"; cat; } > "$0.told"\n')


@pytest.mark.parametrize(
    ("code", "word"),
    [
        ("2", "wrong usage"),
        ("10", "some pages newly failed"),
        ("20", "stopped early"),
        ("30", "refused to start"),
        ("40", "DO NOT AGREE"),
        ("70", "fault of the program"),
        ("KILL", "killed"),
        ("137", "killed"),
        ("203", "no code for"),
        ("", "no code"),
    ],
)
def test_a_person_is_told_what_an_exit_means_and_what_to_do(tell, code, word):
    done = notify("verdicts-crawl.service", VERDICTS_NOTIFY=str(tell), MONITOR_EXIT_STATUS=code)
    assert done.returncode == 0, done.stderr
    told = tell.with_name("tell.told").read_text()
    subject, *body = told.splitlines()
    assert word in subject
    assert subject.startswith("verdicts: verdicts-crawl.service: ")
    assert any(line.startswith("Do: ") or " Do: " in line for line in body)
    assert done.stdout in told


def test_a_crawl_that_found_nothing_is_told_in_its_own_words(site, home):
    site.answers = {"/": Answer(b"<html><body><div id=root></div></body></html>")}
    (said,) = run_crawl(home, site.base).report["found_nothing"]
    env = {
        "VERDICTS_HOME": str(home),
        "PYTHONPATH": str(ROOT),
        "path": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    told = notify("verdicts-crawl.service", "10", **env).stdout
    assert told.splitlines()[0].startswith("verdicts: verdicts-crawl.service: no comparison page")
    assert f"found nothing: {said}" in told.splitlines()
    for others in (("verdicts-build.service", "10"), ("verdicts-crawl.service", "30")):
        assert said not in notify(*others, **env).stdout


def test_a_mail_has_the_reports_own_sentences_and_the_pages_to_look_at(site, home):
    site.answers["/compare/alder-vs-birch"] = Answer(b"", status=404)
    ran = run_crawl(home, site.base)
    (asked,) = [line for line in crawled(ran.report) if " asked = " in line]
    env = {
        "VERDICTS_HOME": str(home),
        "PYTHONPATH": str(ROOT),
        "path": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    told = notify("verdicts-crawl.service", "10", **env).stdout.splitlines()
    assert asked in told
    assert [line for line in told if line.startswith("failed, http_status:404: https://")]
    assert "look at the room" in notify("verdicts-crawl.service", "20", **env).stdout
    assert asked in notify("verdicts-crawl.service", "20", **env).stdout


def test_a_build_that_needs_a_person_is_told_with_what_is_new(site, home):
    run_crawl(home, site.base)
    made = build(home)
    env = {
        "VERDICTS_HOME": str(home),
        "PYTHONPATH": str(ROOT),
        "path": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    told = notify("verdicts-build.service", "10", **env).stdout
    assert made.changes == "3 pages new, 0 changed"
    assert f"What is new in the newest edition: {made.changes}." in told.splitlines()


def test_a_publish_refused_for_a_changed_parser_is_told_with_its_way_on():
    told = notify("verdicts-build.service", "40").stdout
    assert "alters values" in told and "verdicts build --accept-changes" in told


def test_nobody_is_told_of_a_run_that_was_complete_or_that_they_need_not_hear_of(tell):
    for env in (
        {"MONITOR_EXIT_STATUS": "0"},
        {"EXIT_STATUS": "0"},
        {"EXIT_STATUS": "20", "VERDICTS_QUIET": "10 20"},
    ):
        done = notify("u", VERDICTS_NOTIFY=str(tell), **env)
        assert (done.returncode, done.stdout) == (0, "")
    assert not tell.with_name("tell.told").exists()
    assert notify("u", "30", VERDICTS_NOTIFY=str(tell), VERDICTS_QUIET="3 0 40").stdout


def test_word_that_did_not_get_through_is_a_failure(tmp_path):
    failing = executable(tmp_path / "failing", "#!/bin/sh\nexit 3\n")
    assert notify("u", "40").returncode == 1
    assert notify("u", "40", VERDICTS_NOTIFY=str(failing)).returncode == 1
    executable(tmp_path / "bin" / "mail", "#!/bin/sh\nexit 75\n")
    path = f"{tmp_path / 'bin'}:/usr/bin:/bin"
    assert notify("u", "40", path=path, VERDICTS_MAIL_TO="a@b.example").returncode == 1


@pytest.mark.parametrize("program", ["mail", "sendmail"])
def test_mail_goes_to_the_address_by_what_the_machine_has(tmp_path, program):
    executable(tmp_path / "bin" / program, '#!/bin/sh\n{ echo "$@"; cat; } > "$0.told"\n')
    (tmp_path / "bin" / "sh").symlink_to(shutil.which("sh") or "/bin/sh")
    (tmp_path / "bin" / "cat").symlink_to(shutil.which("cat") or "/bin/cat")
    done = subprocess.run(
        ["/bin/sh", DEPLOY / "notify.sh", "u", "40"],
        text=True,
        capture_output=True,
        check=False,
        env={"PATH": str(tmp_path / "bin"), "VERDICTS_MAIL_TO": "a@b.example"},
    )
    assert done.returncode == 0, done.stderr
    told = (tmp_path / "bin" / f"{program}.told").read_text()
    assert "a@b.example" in told
    assert "DO NOT AGREE" in told


def test_shell_scripts_parse_and_are_executable():
    for path in DEPLOY.rglob("*.sh"):
        assert subprocess.run(["bash", "-n", path], check=False).returncode == 0
        assert os.access(path, os.X_OK)


# The workflow.

WORKFLOW: dict[Any, Any] = yaml.safe_load((DEPLOY / "github" / "archive.yml").read_text())
STEPS: list[dict[str, Any]] = WORKFLOW["jobs"]["archive"]["steps"]
RUNS = {step["name"]: step["run"] for step in STEPS if "run" in step}


def test_the_workflow_runs_one_at_a_time_with_few_rights_and_pinned_actions():
    assert WORKFLOW["concurrency"] == {"group": "archive", "cancel-in-progress": False}
    assert WORKFLOW["permissions"] == {"contents": "write"}
    on = WORKFLOW[True]  # YAML 1.1 reads the word `on` as a boolean
    assert on["schedule"] == [{"cron": "17 3 * * *"}]
    used = [step["uses"] for step in STEPS if "uses" in step]
    assert used
    assert all(re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", action) for action in used)
    assert "vars.VERDICTS_CONTACT" in WORKFLOW["env"]["VERDICTS_CONTACT"]
    assert WORKFLOW["jobs"]["archive"]["timeout-minutes"] < 360


@pytest.mark.parametrize("name", RUNS)
def test_every_step_is_sound_shell_and_takes_no_text_from_an_expression(name):
    done = subprocess.run(
        ["bash", "-n"], input=RUNS[name], text=True, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "${{" not in RUNS[name]


GH = """#!/bin/bash
# A stand-in for `gh`: a folder is the repository, a folder in it a release.
set -eu
store=$STORE
case "$1 ${2:-}" in
"api "*) cat "$store/private" ;;
"release list") [ ! -e "$store/broken" ] || exit 1; ls "$store/releases" ;;
"release view") ls "$store/releases/$3" ;;
"release create") mkdir "$store/releases/$3" ;;
"release download") mkdir -p "$7"; cp "$store/releases/$3/$5" "$7/" ;;
"release upload") cp "$4" "$store/releases/$3/"; [ ! -e "$store/lossy" ] ||
    truncate -s -1 "$store/releases/$3/$4" ;;
"release delete-asset") rm "$store/releases/$3/$4" ;;
*) echo "gh: $*" >&2; exit 9 ;;
esac
"""


class Actions:
    """Runs the workflow's steps as a runner does, each run in a fresh folder."""

    def __init__(self, folder: Path, address: str) -> None:
        self.folder, self.number = folder, 0
        self.store = folder / "store"
        (self.store / "releases").mkdir(parents=True)
        (self.store / "private").write_text("true\n")
        executable(folder / "bin" / "gh", GH)
        executable(
            folder / "bin" / "verdicts",
            f'#!/bin/sh\nexec "{forked.launcher(folder)}" -m verdicts "$@"\n',
        )
        self.env = {
            **os.environ,
            "PATH": f"{folder / 'bin'}:{os.environ['PATH']}",
            "STORE": str(self.store),
            "GITHUB_REPOSITORY": "you/archive",
            "RELEASE": "archive-home",
            "VERDICTS_HOME": "home",
            "VERDICTS_CONTACT": "",
            "ADDRESS": address,
            "ARGS": "--site sample --allow-private --delay 0 --max-pages 2",
        }

    def run(self, *, begin: bool = False, tear: str | None = None) -> dict[str, int]:
        """The exit code of each step that ran; `tear` is done between the crawl and the rest."""
        self.number += 1
        place = self.folder / f"run-{self.number}"
        place.mkdir()
        (place / "deploy").symlink_to(DEPLOY)
        env = {
            **self.env,
            "BEGIN": str(begin).lower(),
            "ASSET": f"home-{self.number}.tar",
            "GITHUB_STEP_SUMMARY": str(place / "summary"),
        }
        codes: dict[str, int] = {}
        for name in (
            "Bring the archive of the last run",
            "Crawl",
            "Build and check",
            "Keep the archive",
        ):
            is_always = name == "Keep the archive"
            if any(codes.values()) and not (is_always and codes["Bring"] == 0):
                continue
            if tear is not None and name.startswith("Build"):
                subprocess.run(["sh", "-c", tear], cwd=place, check=True)
            done = subprocess.run(
                ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", RUNS[name]],
                cwd=place,
                env=env,
                text=True,
                check=False,
                capture_output=True,
                timeout=120,
            )
            codes[name.split()[0]] = done.returncode
            self.said = done.stdout + done.stderr
        return codes

    def assets(self) -> list[str]:
        return sorted(path.name for path in self.store.glob("releases/*/*"))


@pytest.fixture
def actions(tmp_path: Path):
    with serve_sample() as address:
        yield Actions(tmp_path, address)


ALL = {"Bring": 0, "Crawl": 0, "Build": 0, "Keep": 0}


def test_an_archive_is_begun_by_hand_goes_on_and_keeps_three(actions):
    assert actions.run() == {"Bring": 1}
    assert actions.run(begin=True) == ALL, actions.said
    assert actions.assets() == ["home-2.tar"]
    assert actions.run(begin=True) == {"Bring": 1}
    kept = actions.store / "releases" / "archive-home"
    for number in (3, 4):
        shutil.copy(kept / "home-2.tar", kept / f"home-{number}.tar")
    actions.number = 9
    assert actions.run() == ALL, actions.said
    assert actions.assets() == ["home-10.tar", "home-3.tar", "home-4.tar"]
    captures = [
        value(
            actions.folder / f"run-{number}" / "home" / "ledger.db", "SELECT count(*) FROM capture"
        )
        for number in (2, 10)
    ]
    assert captures[0] < captures[1]


def test_a_public_repository_and_a_store_that_does_not_answer_are_refused(actions):
    (actions.store / "private").write_text("false\n")
    assert actions.run(begin=True) == {"Bring": 1}
    (actions.store / "private").write_text("true\n")
    (actions.store / "broken").touch()
    assert actions.run(begin=True) == {"Bring": 1}
    assert not actions.assets()


def test_an_upload_that_does_not_read_back_fails_and_takes_nothing_away(actions):
    assert actions.run(begin=True) == ALL, actions.said
    (actions.store / "lossy").touch()
    assert actions.run() == {**ALL, "Keep": 1}
    assert "home-1.tar" in actions.assets()


def test_a_crawl_that_refuses_fails_the_run_and_nothing_is_lost(actions):
    assert actions.run(begin=True) == ALL, actions.said
    actions.env["ARGS"] = "--delay 0"
    codes = actions.run()
    assert codes["Crawl"] in (2, 30)
    assert codes["Keep"] == 0


def test_a_damaged_home_is_not_kept(actions):
    assert actions.run(begin=True) == ALL, actions.said
    codes = actions.run(tear="rm -f home/warc/*000001.warc.gz")
    assert codes["Build"] == 40 or codes["Keep"] == 40
    assert codes["Keep"] != 0
    assert actions.assets() == ["home-1.tar"]
