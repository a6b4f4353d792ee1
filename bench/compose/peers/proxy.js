// @fastify/http-proxy in front of one fragment: what a Node team would write for a single panel.
const { join } = require('node:path');
const { createRequire } = require('node:module');

const [port, upstream] = process.argv.slice(2);
const installed = createRequire(join(process.cwd(), 'package.json'));
const app = installed('fastify')();
app.register(installed('@fastify/http-proxy'), { upstream });
app.listen({ port: Number(port), host: '127.0.0.1' });
