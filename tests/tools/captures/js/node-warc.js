// node node-warc.js OUT URL PORT
const connect = require('chrome-remote-interface');
const { RemoteChromeCapturer, RemoteChromeWARCWriter } = require('node-warc');

const [, , warcPath, address, port] = process.argv;

(async () => {
  const client = await connect({ port: Number(port) });
  const { Network, Page } = client;
  await Promise.all([Network.enable(), Page.enable()]);
  const capturer = new RemoteChromeCapturer(Network);
  capturer.startCapturing(Network);
  const loaded = Page.loadEventFired();
  await Page.navigate({ url: address });
  await loaded;
  await new Promise((done) => setTimeout(done, 1000));
  const writer = new RemoteChromeWARCWriter();
  await writer.generateWARC(capturer, Network, { warcOpts: { warcPath }, winfo: { isPartOf: 'page' } });
  await client.close();
})().catch((error) => { console.error(String(error)); process.exit(1); });
