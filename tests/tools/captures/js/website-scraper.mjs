// node website-scraper.mjs FOLDER URL
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [, , directory, address, root] = process.argv;
const found = createRequire(`${root}/`).resolve('website-scraper');
const { default: scrape } = await import(pathToFileURL(found));
await scrape({ urls: [address], directory });
