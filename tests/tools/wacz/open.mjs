// Opens a WACZ as replayweb.page does, by ranges over HTTP, and compares what it shows.
//
// node open.mjs FILE EXPECTED: EXPECTED is JSON, [{"at": "20261102120000", "url": ..., "sha256": ...}].
// Prints {"pages", "replayed", "wrong", "ranges", "isSigned"} as JSON.
import { createHash } from "node:crypto";
import { openSync, readFileSync, readSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { brotliDecompressSync, gunzipSync, inflateSync } from "node:zlib";
import "fake-indexeddb/auto";

globalThis.self = globalThis;
self.location = { origin: "http://127.0.0.1", href: "http://127.0.0.1/", protocol: "http:" };
const { ArchiveRequest, createLoader, MultiWACZ } = await import("./wabac.mjs");

const [file, expected] = process.argv.slice(2);
const size = statSync(file).size;
const handle = openSync(file, "r");
let ranges = 0;
const server = createServer((request, response) => {
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range || "");
  const start = range ? Number(range[1]) : 0;
  const end = range && range[2] ? Math.min(Number(range[2]), size - 1) : size - 1;
  const head = { "Accept-Ranges": "bytes", "Content-Length": end - start + 1 };
  if (range) {
    head["Content-Range"] = `bytes ${start}-${end}/${size}`;
    ranges += 1;
  }
  response.writeHead(range ? 206 : 200, head);
  if (request.method === "HEAD") return response.end();
  const data = Buffer.alloc(end - start + 1);
  readSync(handle, data, 0, data.length, start);
  response.end(data);
});
await new Promise((done) => server.listen(0, "127.0.0.1", done));
const url = `http://127.0.0.1:${server.address().port}/given.wacz`;

const loader = await createLoader({ url });
const opened = new MultiWACZ({ dbname: "given", noCache: false, decode: true }, loader, "wacz");
await opened.initing;
await opened.addNewWACZ({ name: "default", path: url, loader });
// What it hands on is still encoded: a browser would undo that.
const undo = { br: brotliDecompressSync, deflate: inflateSync, gzip: gunzipSync };
const wrong = [];
let replayed = 0;
for (const each of JSON.parse(readFileSync(expected, "utf-8"))) {
  const request = new ArchiveRequest(`${each.at}id_/${each.url}`, new Request(each.url));
  const answer = await opened.getResource(request, "", null, { noRedirect: true });
  const sent = answer ? Buffer.from(await answer.getBuffer()) : Buffer.alloc(0);
  const decode = undo[answer?.headers.get("content-encoding")];
  const body = decode ? decode(sent) : sent;
  replayed += 1;
  if (answer?.status !== 200 || createHash("sha256").update(body).digest("hex") !== each.sha256)
    wrong.push([each.at, each.url, answer?.status ?? null, body.length]);
}
const pages = (await opened.getAllPages()).length;
const isSigned = (await opened.db.get("verification", "signature"))?.matched ?? false;
console.log(JSON.stringify({ pages, replayed, wrong, ranges, isSigned }));
server.close();
process.exit(wrong.length ? 1 : 0);
