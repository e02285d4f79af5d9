import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { makeCertificate, openPage } from '../harness/browser.ts';
import { patience } from '../harness/deadline.ts';
import { Server } from '../harness/server.ts';

/** What a page does to talk as an agent: with a ticket, since a browser's WebSocket has no headers. Answers what it met. */
async function talk({ token, origin }: { token: string; origin: string }): Promise<{ protocol: string; delivered: string }> {
  const call = async (path: string, body: unknown, bearer = token) => {
    const headers = { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' };
    const answer = await fetch(`/api/v1/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as Record<string, string>;
  };
  const ada = await call('agents/register', { agent_id: 'ada', name: 'Ada' });
  const { ticket } = await call('tickets', { path: '/ws/ada' }, ada['token']);
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/ws/ada?ticket=${encodeURIComponent(ticket!)}`);
  const delivered = await new Promise<string>((resolve, reject) => {
    socket.onerror = () => reject(new Error('The WebSocket did not open.'));
    socket.onclose = (closed) => reject(new Error(`The WebSocket was closed: ${closed.code} ${closed.reason}`));
    socket.onmessage = ({ data }) => {
      const frame = JSON.parse(data as string) as { event: string; data: { message: { content: string }; delivery_id: string } };
      if (frame.event === 'agent:welcome') {
        socket.send(JSON.stringify({ event: 'message:send', id: 1, data: { to: ['ada'], content: 'to myself' } }));
      } else if (frame.event === 'message:received') {
        resolve(frame.data.message.content);
      }
    };
  });
  const entry = performance.getEntriesByType('resource').find(({ name }) => name.endsWith('/tickets'));
  return { protocol: (entry as unknown as { nextHopProtocol: string }).nextHopProtocol, delivered };
}

describe('A page in Chromium', () => {
  for (const [name, protocol] of [
    ['over TLS, where the browser chooses HTTP/2', 'h2'],
    ['without TLS', 'http/1.1'],
  ] as const) {
    it(`talks over a WebSocket ${name}`, { timeout: patience }, async () => {
      const { cert, key } = makeCertificate();
      const server = await Server.start(
        undefined,
        protocol === 'h2' ? { PARLEY_TLS_CERT: cert, PARLEY_TLS_KEY: key } : { PARLEY_TLS_CERT: '' },
      );
      after(() => server.remove());
      const page = await openPage(server.url);

      assert.deepEqual(await page.evaluate(talk, { token: server.adminToken, origin: server.url }), { protocol, delivered: 'to myself' });
    });
  }
});
