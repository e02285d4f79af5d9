import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../../../', import.meta.url));
const binary = process.env['PARLEY_BIN'] ?? join(repository, 'artifacts/publish/native/parley');

export const patience = 60_000;

/** A real server on a data folder of its own, and its REST interface as an admin. */
export class Parley {
  readonly url: string;
  readonly token: string;
  readonly #folder: string;
  readonly #child: ChildProcess;

  private constructor(url: string, token: string, folder: string, child: ChildProcess) {
    this.url = url;
    this.token = token;
    this.#folder = folder;
    this.#child = child;
  }

  static async start(): Promise<Parley> {
    const folder = await mkdtemp(join(tmpdir(), 'parley-dashboard-'));
    // The server refuses variables with its prefix that are none of its settings.
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PARLEY_') && name !== 'DATABASE_URL'));
    const child = spawn(binary, ['serve', '--port', '0', '--data', folder], { env, stdio: ['ignore', 'pipe', 'ignore'] });
    process.once('exit', () => child.kill('SIGKILL'));
    const url = await new Promise<string>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code) => reject(new Error(`The server ended with ${code} before it listened.`)));
      createInterface({ input: child.stdout! }).on('line', (line) => {
        const match = /^Parley is listening on (http:\/\/\S+)$/.exec(line);
        if (match) resolve(match[1]!.replace(/\/$/, ''));
      });
    });
    return new Parley(url, (await readFile(join(folder, 'admin.token'), 'utf8')).trim(), folder, child);
  }

  async stop(): Promise<void> {
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await gone;
    await rm(this.#folder, { recursive: true, force: true });
  }

  async call<T = Record<string, unknown>>(method: string, path: string, body?: unknown, token = this.token): Promise<T> {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const answer = await fetch(`${this.url}/api/v1${path}`, { method, headers, body: body === undefined ? null : JSON.stringify(body) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return (text ? JSON.parse(text) : undefined) as T;
  }

  send(sender_id: string, to: string, content: string, more: Record<string, unknown> = {}): Promise<Sent> {
    return this.call<Sent>('POST', '/messages', { sender_id, to, content, ...more });
  }

  /** Sends many at once, in order. */
  async sendMany(sender_id: string, to: string, count: number, text = 'number'): Promise<void> {
    for (let from = 0; from < count; from += 500) {
      const items = Array.from({ length: Math.min(500, count - from) }, (_, index) => ({
        sender_id,
        to,
        content: `${text} ${from + index + 1}`,
      }));
      await this.call('POST', '/messages/batch', { items });
    }
  }

  async register(agent_id: string, more: Record<string, unknown> = {}): Promise<string> {
    const { token } = await this.call<{ token: string }>('POST', '/agents/register', { agent_id, name: agent_id, type: 'llm', ...more });
    return token;
  }
}

export interface Sent {
  message_id: string;
  seq: number;
  conversation_thread_id: string;
}

/** A small company at work: agents, a squad, a thread, a question, and what is stuck. */
export async function populate(parley: Parley): Promise<{ thread: string; question: string; message: string; hostile: string }> {
  await parley.register('pm', { name: 'Priya', role: 'project_manager' });
  const bram = await parley.register('be', { name: 'Bram', role: 'backend_developer', specialization: 'python', capabilities: ['python'] });
  await parley.register('fe', { name: 'Fen', role: 'frontend_developer', capabilities: ['react'] });
  await parley.register('ci', { name: 'ci', type: 'script' });
  await parley.call('POST', '/squads', {
    squad_id: 'exports',
    name: 'Exports',
    members: [{ agent_id: 'pm' }, { agent_id: 'be' }, { agent_id: 'fe' }],
  });
  const first = await parley.send('pm', 'squad:exports', 'Next up: the **export**.\n\n- endpoint\n- preview', {
    message_type: 'task_assignment',
    priority: 3,
  });
  const thread = { conversation_thread_id: first.conversation_thread_id };
  await parley.send('be', 'pm', 'On it.', { ...thread, message_type: 'acknowledgment', reply_to: first.message_id, intent: 'ack' });
  await parley.send('fe', 'be', 'Can the preview show totals?', { ...thread, message_type: 'question', intent: 'request' });
  const hostile = await parley.send('ci', 'be', hostileText);
  const { question_id } = await parley.call<{ question_id: string }>(
    'POST',
    '/questions',
    {
      content: 'VAT rounding: per invoice or per line?\nI need one decision.',
      options: [
        { value: 'invoice', label: 'Per invoice' },
        { value: 'line', label: 'Per line' },
      ],
      default: 'invoice',
      deadline: new Date(Date.now() + 3_600_000).toISOString(),
      thread_id: first.conversation_thread_id,
    },
    bram,
  );
  await parley.call('POST', '/tasks', { title: 'Write the totals', priority: 3, required_capabilities: ['cobol'] });
  await parley.call('PUT', '/projects/default', { name: 'default', settings: { max_attempts: 1 } });
  await parley.send('pm', 'ci', 'Deploy it', { payload: { environment: 'staging' } });
  const { items } = await parley.call<{ items: { message: { message_id: string }; lease_id: string }[] }>('POST', '/agents/ci/claim', {
    max: 10,
  });
  for (const { message, lease_id } of items)
    await parley.call('POST', `/messages/${message.message_id}/nack?agent_id=ci`, { lease_id, reason: 'payload has no field “since”' });
  await parley.call('POST', '/memory', { key: 'export/vat/decision', value: { final: false, options: ['invoice'] } }, bram);
  await parley.call('POST', '/memory', { key: 'export/vat/decision', value: { final: false, options: ['invoice', 'line'] } }, bram);
  await parley.call('POST', '/reservations', { paths: ['src/export/**'], ttl_seconds: 600, reason: 'Totals' }, bram);
  return { thread: first.conversation_thread_id, question: question_id, message: first.message_id, hostile: hostile.message_id };
}

export const hostileText = [
  '<img src=x onerror="window.hacked = 1"><script>window.hacked = 1</script>',
  '[click](javascript:window.hacked=1) ![i](https://evil.example/pixel.png)',
  'a\u202egnp.exe',
  'W'.repeat(4000),
  `z${'\u0301'.repeat(1000)}`,
].join('\n\n');
