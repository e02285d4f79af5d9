/** What a stranger writes with the types that openapi-typescript makes, and no word of ours: send, claim, acknowledge. */
import type { components, operations } from './schema.ts';

type Body<T extends { requestBody?: { content: { 'application/json': unknown } } }> = NonNullable<
  T['requestBody']
>['content']['application/json'];
type Noun<Name extends keyof components['schemas']> = components['schemas'][Name];

const [url, token] = process.argv.slice(2);

async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const response = await fetch(`${url}/api/v1/${path}`, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  if (!response.ok) {
    const problem = (await response.json()) as Noun<'Problem'>;
    throw new Error(`${problem.code}: ${problem.detail ?? problem.title}`);
  }
  return (response.status === 204 ? undefined : await response.json()) as T;
}

for (const name of ['ada', 'bob']) {
  const registration: Body<operations['RegisterAgent']> = { agent_id: name, name };
  const agent = await call<Noun<'Agent'>>('POST', 'agents/register', registration);
  if (agent.mailbox.queued !== 0) throw new Error('A new mailbox is empty.');
}

const one: Body<operations['SendMessage']> = { to: 'bob', content: 'Hello.', priority: 3, intent: 'request', sender_id: 'ada' };
const several: Body<operations['SendMessage']> = {
  to: ['bob', 'human'],
  payload: { anything: [1, null] },
  sender_id: 'ada',
  outcome: null,
};
const ids: string[] = [];
for (const message of [one, several]) ids.push((await call<Noun<'SendAnswer'>>('POST', 'messages', message)).message_id);

const wanted: Body<operations['ClaimMessages']> = { max: 10, wait: 30, priority: [2, 3] };
const inbox = await call<Noun<'Inbox'>>('POST', 'agents/bob/claim', wanted);
for (const { message, lease_id } of inbox.items) {
  const priority: number = message.priority;
  const outcome: 'success' | 'error' | null = message.outcome;
  const to: string | string[] = message.to;
  if (priority < 1 || outcome !== null || to.length === 0) throw new Error('That is not what was sent.');
  await call('POST', `messages/${message.message_id}/ack?agent_id=bob`, lease_id == null ? {} : { lease_id });
}

// @ts-expect-error Nothing is sent to nobody.
export const forgotten: Body<operations['SendMessage']> = { content: 'Hello.' };
// @ts-expect-error There is no such field.
export const misspelt: Body<operations['SendMessage']> = { to: 'bob', contents: 'Hello.' };

console.log(`acknowledged ${inbox.items.filter(({ message }) => ids.includes(message.message_id)).length}`);
