// @podium/layout under express, as its guide shows it: one client per podlet, all of them fetched for every page.
const { join } = require('node:path');
const { createRequire } = require('node:module');
const { pathToFileURL } = require('node:url');

const [port, timeoutMs, ...manifests] = process.argv.slice(2);
const installed = createRequire(join(process.cwd(), 'package.json'));

async function main() {
  const { default: Layout } = await import(pathToFileURL(installed.resolve('@podium/layout')));
  const layout = new Layout({ name: 'bench', pathname: '/' });
  const podlets = manifests.map((uri, place) =>
    layout.client.register({ name: `podlet${place}`, uri, timeout: Number(timeoutMs), retries: 1 }),
  );
  const app = installed('express')();
  app.use(layout.middleware());
  app.get('/', async (request, response) => {
    const incoming = response.locals.podium;
    const parts = await Promise.all(podlets.map((podlet) => podlet.fetch(incoming)));
    response.podiumSend(parts.map((part) => part.content).join('\n'));
  });
  app.listen(Number(port), '127.0.0.1');
}

main();
