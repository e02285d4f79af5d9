import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { describe, it } from 'node:test';
import { within } from '../harness/deadline.ts';
import { assertProblem } from '../harness/rest.ts';
import { startServer } from '../harness/server.ts';
import type { Problem } from '../harness/wire.ts';

const server = await startServer();

describe('A request that is not valid HTTP', { concurrency: 4 }, () => {
  const chunked = [
    'POST /api/v1/messages HTTP/1.1',
    'Host: localhost',
    `Authorization: Bearer ${server.adminToken}`,
    'Content-Type: application/json',
    'Transfer-Encoding: chunked',
    '',
    '',
  ].join('\r\n');
  for (const [what, text, status] of [
    ['a bad request line', 'GARBAGE\r\n\r\n', 400],
    ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n', 400],
    ['a bad header', 'GET /health HTTP/1.1\r\nHost: localhost\r\nBad Header\r\n\r\n', 400],
    ['no host', 'GET /health HTTP/1.1\r\n\r\n', 400],
    ['two hosts', 'GET /health HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n', 400],
    ['a bad host', 'GET /health HTTP/1.1\r\nHost: a b\r\n\r\n', 400],
    ['a bad length', 'POST /api/v1/messages HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n', 400],
    ['an unknown version', 'GET /health HTTP/4.2\r\nHost: localhost\r\n\r\n', 505],
    ['a long address', `GET /${'x'.repeat(9_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`, 414],
    ['long headers', `GET /health HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`, 431],
    ['NUL in the path', 'GET /api/v1/agents/%00 HTTP/1.1\r\nHost: localhost\r\n\r\n', 400],
    ['a bad request after a good one', 'GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\nGARBAGE\r\n\r\n', 400],
    ['a chunk size that is no number', `${chunked}zz\r\n{}\r\n0\r\n\r\n`, 400],
    ['a chunk size of 17 digits', `${chunked}12345678901234567\r\n{}\r\n0\r\n\r\n`, 400],
  ] as const)
    it(`(${what}) is answered by a problem`, async () => {
      const said = await within('the connection to end', exchange(text));
      const last = said.slice(said.lastIndexOf('HTTP/1.1 '));
      const [head, body] = last.split('\r\n\r\n', 2) as [string, string];
      assert.match(head, new RegExp(`^HTTP/1\\.1 ${status} \\w`), said);
      assert.match(head, /^content-type: application\/problem\+json\r?$/im, said);
      assert.match(head, new RegExp(`^content-length: ${Buffer.byteLength(body)}\r?$`, 'im'), said);
      assertProblem(JSON.parse(body) as Problem, status, 'invalid_request', said);
      if (what.includes('after')) assert.match(said, /^HTTP\/1\.1 200 OK/, said);
    });

  it('gets only the headers of a problem for HEAD', async () => {
    const said = await within('the connection to end', exchange('HEAD /health HTTP/1.1\r\nHost: a b\r\n\r\n'));
    assert.match(said, /^HTTP\/1\.1 400 Bad Request\r\n/);
    assert.match(said, /\r\n\r\n$/);
  });
});

/** What the server says to these bytes, until it ends the connection; it waits for more after a request that it took. */
function exchange(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname, () => socket.write(text, 'latin1'));
    let said = '';
    socket.setEncoding('utf8');
    socket.on('data', (part: string) => (said += part));
    socket.on('end', () => resolve(said));
    socket.on('close', () => resolve(said));
    socket.on('error', (error) => (said === '' ? reject(error) : resolve(said)));
  });
}
