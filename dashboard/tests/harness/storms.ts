import type { Parley } from './parley.ts';

/** Two agents that thank each other without end, until the server holds what they say; of a limit of so many replies. */
export async function storm(parley: Parley, first: string, second: string, limit = 3): Promise<{ thread: string }> {
  await parley.call('PUT', '/projects/default', { name: 'default', settings: { loop_limit: limit } });
  let last = await parley.send(first, second, 'Thank you for the preview!');
  const thread = last.conversation_thread_id;
  for (let turn = 0; turn <= limit; turn++) {
    const [from, to] = turn % 2 ? [first, second] : [second, first];
    last = await parley.send(from, to, `Thank you, ${turn}!`, { reply_to: last.message_id });
  }
  return { thread };
}
