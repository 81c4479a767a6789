#!/bin/sh
# Tells a person how a run ended: deploy/notify.sh UNIT [EXIT-CODE]
#
# Without a code: $MONITOR_EXIT_STATUS (OnSuccess=, OnFailure=) or $EXIT_STATUS (ExecStopPost=).
# $VERDICTS_NOTIFY is run with the subject as its argument and the text on standard input; else
# the text is mailed to $VERDICTS_MAIL_TO. Either way it is printed, so that a journal holds it.
# $VERDICTS_QUIET: codes to say nothing of. Exits with 1 where nobody could be told.
# A crawl or a build that ended with 10 or 20 is told in the words of its own report, which
# `verdicts status --told` of $VERDICTS_HOME gives.
set -u

unit=${1:?usage: notify.sh UNIT [EXIT-CODE]}
code=${2:-${MONITOR_EXIT_STATUS:-${EXIT_STATUS:-}}}
result=${MONITOR_SERVICE_RESULT:-${SERVICE_RESULT:-}}

# What the last crawl or build of the home said itself, a sentence a line.
report_says() {
    program=$(command -v verdicts || echo "$(dirname "$0")/../.venv/bin/verdicts")
    [ -n "${VERDICTS_HOME:-}" ] && [ -x "$program" ] || return
    case $unit in
    *crawl*) "$program" status --told crawl 2>/dev/null ;;
    *build*) "$program" status --told build 2>/dev/null ;;
    esac
}

# A code that a process gave itself is told apart from a signal's name, such as KILL.
case $code in
0) exit 0 ;;
2) short="wrong usage"
   text="The command line is wrong, or no site claims a host that it names. Nothing was done.
Do: run the same command by hand and read its one sentence." ;;
10) short="complete, some pages newly failed"
    text="Nothing is left for want of time, but pages newly gave no record, are held back or used up
their tries; or the site has changed, which outranks a limit that was reached as well; or a site
named no comparison page where it was asked for them. What was told before is not told again, nor
what somebody acknowledged (verdicts acknowledge).
Their bytes are kept. Do: for a page that failed or is held (verdicts status --json names the last
ten), verdicts explain ADDRESS shows what was refused.
Many at once, or a report of drift: the site has changed and the parser needs a look."
    said=$(report_says)
    case $said in
    *"found nothing: "*) short="no comparison page found" ;;
    "drift: "*) short="the site has changed" ;;
    esac
    [ -z "$said" ] || text="$said

$text" ;;
20) short="stopped early, can go on"
    text="A limit, a signal, a full disk or a site that asked us to wait ended the run early.
Nothing acknowledged is lost. Do: look at the room on the disk; the next run goes on by itself."
    said=$(report_says)
    [ -z "$said" ] || text="$said

$text" ;;
30) short="refused to start"
    text="Another run holds the lock, the contact is missing, the home cannot be written to, or a
newer version made it; or a build had no record to publish. Nothing was asked and nothing changed.
Do: read the sentence in the journal; until it is mended no run will start." ;;
40) short="ARCHIVE AND FILES DO NOT AGREE, OR A PUBLISH WAS REFUSED"
    text="Bytes, ledger or database are damaged; or a publish was refused because rows would be lost,
or because another version of the parser alters values, as may be after an upgrade. What was
published before is still served. The journal has the sentence that says which.
Do: of altered values, look at the pages it names, then verdicts build --accept-changes, or go back
to the older version. Else verdicts check --deep names each place. Take no space away and rebuild
nothing before you have looked; docs/damage.md tells how to get a sound copy out of the backup." ;;
70) short="a fault of the program"
    text="The program met something that it was not written for; it saved a trace.
Do: send the file named in the journal to the maintainers. The archive mends itself on restart." ;;
137 | KILL | 9) short="killed"
    text="The process was killed, mostly for want of memory. Nothing acknowledged is lost.
Do: look for an out-of-memory message in the journal; the next run mends and goes on." ;;
*) short="ended in a way it has no code for (${code:-no code}${result:+, $result})"
   text="It may not have been started at all: systemd gives 200 to 245 where a unit cannot be set up.
Do: systemctl status $unit" ;;
esac

for quiet in ${VERDICTS_QUIET:-}; do
    [ "$quiet" != "$code" ] || exit 0
done

subject="verdicts: $unit: $short (exit ${code:-unknown})"
body="$subject

$text

More: journalctl -u $unit -n 50, and docs/operations.md."

printf '%s\n' "$body"
if [ -n "${VERDICTS_NOTIFY:-}" ]; then
    printf '%s\n' "$body" | $VERDICTS_NOTIFY "$subject" && exit 0
    echo "notify.sh: VERDICTS_NOTIFY failed: $VERDICTS_NOTIFY" >&2
    exit 1
fi
if [ -n "${VERDICTS_MAIL_TO:-}" ]; then
    if command -v mail >/dev/null; then
        printf '%s\n' "$body" | mail -s "$subject" "$VERDICTS_MAIL_TO" && exit 0
    elif command -v sendmail >/dev/null; then
        printf 'To: %s\nSubject: %s\n\n%s\n' "$VERDICTS_MAIL_TO" "$subject" "$body" |
            sendmail -t && exit 0
    fi
    echo "notify.sh: no mail could be sent to $VERDICTS_MAIL_TO" >&2
    exit 1
fi
echo "notify.sh: nobody is told: set VERDICTS_NOTIFY or VERDICTS_MAIL_TO" >&2
exit 1
