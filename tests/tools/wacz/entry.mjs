// What is taken of wabac.js, the engine of replayweb.page; its package offers a browser's bundle alone.
export { createLoader } from "./node_modules/@webrecorder/wabac/src/blockloaders";
export { ArchiveRequest } from "./node_modules/@webrecorder/wabac/src/request";
export { MultiWACZ } from "./node_modules/@webrecorder/wabac/src/wacz/multiwacz";
