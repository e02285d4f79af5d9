// Waits for wakes of the agent and passes each on in one way: `node waker.mjs waiter|socket|queue [PROGRAM]`. Runs where the harness starts it.
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createConnection } from 'node:net';
import { promisify } from 'node:util';

const [way, program] = process.argv.slice(2);
const { PARLEY_URL: url, PARLEY_TOKEN: token, CLAUDE_CODE_MESSAGING_SOCKET: socket, CLAUDE_CODE_MESSAGING_TOKEN: secret } = process.env;

const post = async (path, body) => {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const answer = await fetch(`${url}/api/v1/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(await answer.text());
  return answer.status === 204 ? null : await answer.json();
};

const ways = {
  /** A hook in the background, whose exit code 2 begins a turn with what it wrote. */
  waiter: async ({ text }) => process.stderr.write(text),

  /** The inbox of the session. Nothing is answered. */
  socket: ({ text }) =>
    new Promise((resolve, reject) => {
      const message = { type: 'user', msgV: 1, msg_id: randomUUID(), priority: 'next', message: { role: 'user', content: text } };
      const connection = createConnection(socket).once('error', reject);
      connection.end(`${JSON.stringify({ type: 'auth', token: secret })}\n${JSON.stringify(message)}\n`, () => resolve());
    }),

  /** The command of Codex. */
  queue: ({ text, session_id: session }) => promisify(execFile)(program, ['queue', '--thread', session, '--message', text]),
};

for (;;) {
  const { wake } = await post('wakes/next', { way, wait_ms: 30_000 });
  if (wake === null) continue;
  await ways[way](wake);
  await post(`wakes/${wake.wake_id}`, { outcome: 'submitted' });
  if (way === 'waiter') process.exit(2);
}
