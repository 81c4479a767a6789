#!/usr/bin/env bash
# wget --warc-dedup, replayed by pywb 2.10.0: asked for a page that came back, it shows the one between.
#
# Guess before the run: a page is A, then B, then A again; wget writes a revisit of the first for the
# third visit, and pywb, asked for the third, shows A under its date. Seen (wget 1.21.3): wget's
# revisits name the record that they repeat by its id alone, without WARC-Refers-To-Target-URI and
# -Date; pywb gives up on such a record, without a word, takes the capture that is nearest in time and
# answers 200 with B and B's Memento-Datetime. The index line stands, so the third visit is listed.
# To do: follow WARC-Refers-To where it is all there is; believe of a replayed page what its
# Memento-Datetime says, never the timestamp that was asked for.
# Needs: wget with WARC support.
set -euo pipefail
SCRATCH=$(mktemp -d)
trap 'kill $(jobs -p) 2> /dev/null || true; wait; rm -rf "$SCRATCH"' EXIT
cd "$SCRATCH"
python3 -m venv venv
venv/bin/pip install --quiet pywb==2.10.0 'setuptools<81'
mkdir site
port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
PAGES=$(port)
python3 -m http.server "$PAGES" --bind 127.0.0.1 --directory site > pages.log 2>&1 &
ADDRESS="http://127.0.0.1:$PAGES/page.html"
echo body > site/index.html
for _ in $(seq 50); do wget -q -O /dev/null "http://127.0.0.1:$PAGES/" && break; sleep 0.2; done
for visit in 1:A 2:B 3:A; do
  echo "<html><body><p>body ${visit#*:}</p></body></html>" > site/page.html
  DEDUP=()
  [ "${visit%:*}" = 1 ] || DEDUP=(--warc-dedup=1.cdx)
  wget -q "--warc-file=${visit%:*}" --warc-cdx --no-warc-keep-log "${DEDUP[@]}" -O body "$ADDRESS"
  sleep 2
done
wget --version | head -1
zcat 3.warc.gz | grep -a -A9 '^WARC-Type: revisit' | grep -a '^WARC-Refers' || true
venv/bin/wb-manager init rec > wb.log 2>&1
venv/bin/wb-manager add rec 1.warc.gz 2.warc.gz 3.warc.gz > wb.log 2>&1
REPLAY=$(port)
venv/bin/wayback -b 127.0.0.1 -p "$REPLAY" > replay.log 2>&1 &
for _ in $(seq 100); do wget -q -O /dev/null "http://127.0.0.1:$REPLAY/" && break; sleep 0.3; done
grep -a 'page.html' collections/rec/indexes/index.cdxj | awk '{print $2}' > stamps.txt
while read -r stamp; do
  wget -q --save-headers -O shown "http://127.0.0.1:$REPLAY/rec/${stamp}id_/$ADDRESS"
  echo "asked for $stamp: $(grep -a -o 'body [AB]' shown), $(grep -a -i '^memento-datetime' shown | tr -d '\r')"
done < stamps.txt | tee seen.txt
[ "$(wc -l < stamps.txt)" = 3 ]
[ "$(grep -o 'body [AB]' seen.txt | tr -d '\n')" = 'body Abody Bbody B' ]
[ "$(grep -o 'Memento.*' seen.txt | sort -u | wc -l)" = 2 ]
