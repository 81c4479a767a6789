// node playwright.js har-embed|har-attach|har-minimal|mhtml|content OUT URL CHROMIUM FLAGS...
const { chromium } = require('playwright-core');
const fs = require('fs');

const [, , kind, out, address, executablePath, ...args] = process.argv;
const bodies = { 'har-embed': 'embed', 'har-attach': 'attach' }[kind];
const mode = kind === 'har-minimal' ? 'minimal' : 'full';
const recordHar = kind.startsWith('har-') ? { path: out, content: bodies, mode } : undefined;

(async () => {
  const browser = await chromium.launch({ executablePath, args });
  const context = await browser.newContext({ recordHar });
  const page = await context.newPage();
  await page.goto(address, { waitUntil: 'load' });
  if (kind === 'mhtml') {
    const session = await context.newCDPSession(page);
    const { data } = await session.send('Page.captureSnapshot', { format: 'mhtml' });
    fs.writeFileSync(out, data);
  }
  if (kind === 'content') fs.writeFileSync(out, await page.content());
  await context.close();
  await browser.close();
})().catch((error) => { console.error(String(error)); process.exit(1); });
