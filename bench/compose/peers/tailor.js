// node-tailor with its defaults: the page's template is in memory, every fragment is asked again for every page.
const http = require('node:http');
const { join } = require('node:path');
const { createRequire } = require('node:module');

const [port, timeoutMs, ...fragments] = process.argv.slice(2);
const Tailor = createRequire(join(process.cwd(), 'package.json'))('node-tailor');
const tags = fragments.map((url) => `<fragment src="${url}" timeout="${timeoutMs}"></fragment>`).join('\n');
const page = `<!doctype html><html><head><title>Bench</title></head><body>${tags}</body></html>`;
let parsed;
const tailor = new Tailor({ fetchTemplate: (request, parse) => (parsed ??= parse(page)) });
tailor.on('error', () => {}); // a fragment that hangs is the case, not a reason to stop
http.createServer(tailor.requestHandler).listen(Number(port), '127.0.0.1');
