import assert from 'node:assert/strict';
import { eventually } from '../../wire/harness/deadline.ts';
import { count, mainMark, subagentMark } from './endpoint.ts';
import type { Outcome, Team } from './team.ts';

/** Runs one prompt to the end of its turn. */
export type Run = (prompt: string) => Promise<Outcome>;

/** A message that is sent before the prompt, one while a tool is about to run, and one when the model is about to end its turn each stand in the very
 * next request, once, and in each later one, and the server knows that they were read. */
export async function hearsAtEveryBoundary(team: Team, run: Run): Promise<void> {
  const sent = [await team.say('Sent before the prompt.')];
  team.model.plays(
    async () => {
      sent.push(await team.say('Sent before a tool.'));
      return { shell: 'echo one' };
    },
    async () => {
      sent.push(await team.say('Sent at the end.'));
      return { text: 'I am done.' };
    },
  );

  await ended(team, run);

  await stands(team, ['Sent before the prompt.', 'Sent before a tool.', 'Sent at the end.']);
  for (const message of sent) await wasRead(team, message);
}

/** As above, for a harness in which a hook cannot put off the end of a turn, or that is over by then. */
export async function hearsWhileItWorks(team: Team, run: Run): Promise<void> {
  const sent = [await team.say('Sent before the prompt.')];
  team.model.plays(async () => {
    sent.push(await team.say('Sent before a tool.'));
    return { shell: 'echo one' };
  });

  await ended(team, run);

  await stands(team, ['Sent before the prompt.', 'Sent before a tool.']);
  for (const message of sent) await wasRead(team, message);
}

/** A subagent gets nothing; the agent gets it after the subagent. */
export async function keepsMailFromSubagents(team: Team, run: Run): Promise<void> {
  let sent = '';
  // Some subagents work beside the agent.
  const afterwards = async () => {
    await eventually(
      'the work of the subagent',
      async () => team.model.sub.length,
      (count) => count >= 2,
    );
    return { shell: 'echo from the agent' };
  };
  team.model.plays({ subagent: `${subagentMark} Echo a word.` }, afterwards);
  team.model.playsSubagent(
    async () => {
      sent = await team.say('For the agent itself.');
      return { shell: 'echo from the subagent' };
    },
    { text: 'The part is done.' },
  );

  await ended(team, run);

  assert.ok(team.model.sub.length >= 2, `The subagent asked its model ${team.model.sub.length} times.\n${await team.hookLog()}`);
  for (const request of team.model.sub) assert.equal(count(request, 'For the agent itself.'), 0);
  assert.equal(count(team.model.main.at(-1), 'For the agent itself.'), 1, await team.hookLog());
  await wasRead(team, sent);
}

/** While the server is away, the agent works as if there were no hooks. */
export async function worksWithoutServer(team: Team, run: Run): Promise<void> {
  await team.server.kill();
  team.model.plays({ shell: 'echo one' });

  const { milliseconds } = await ended(team, run);

  assert.equal(team.model.main.length, 2);
  for (const request of team.model.main) assert.equal(count(request, 'Parley has'), 0);
  console.log(`Measured: without a server, a turn with a tool takes ${Math.round(milliseconds)} ms.`);
}

/** A message to the idle agent makes it take a turn whose first request has the message.
 * @param turns How many requests it has made. */
export async function isWoken(team: Team, way: string): Promise<void> {
  await team.is('idle');
  const before = team.model.main.length;
  const sentAt = performance.now();
  const sent = await team.say('Sent while you were idle.', 'when_idle');
  await team.model.asked(before + 1);

  const woken = team.model.main[before]!;
  assert.equal(count(woken, 'Sent while you were idle.'), 1, await team.hookLog());
  assert.equal(count(woken, 'Parley: 1 message waiting. Read them with the parley inbox tool.'), 1);
  await wasRead(team, sent);
  assert.equal(team.model.main.length, before + 1);
  console.log(`Measured: ${way} brings a message into the request of an idle model ${Math.round(woken.at - sentAt)} ms after it was sent.`);
}

async function ended(team: Team, run: Run): Promise<Outcome> {
  const outcome = await run(mainMark);
  assert.equal(outcome.code, 0, `${outcome.output.slice(-3000)}\n${await team.hookLog()}`);
  return outcome;
}

/** The first text stands in each request from the first one on, the second from the second one on, and so on: once, and in none before. */
export async function stands(team: Team, texts: readonly string[]): Promise<void> {
  const seen = team.model.main.map((request) => texts.map((text) => count(request, text)));
  const expected = texts.map((_, request) => texts.map((_, text) => (text <= request ? 1 : 0)));
  assert.deepEqual(seen, expected, `${JSON.stringify(seen)}\n${await team.hookLog()}`);
}

export async function wasRead(team: Team, message: string): Promise<void> {
  const { state, attempt, delivered_at: delivered, surfaced_at: surfaced, evidence } = await team.isRead(message);
  assert.deepEqual([state, attempt, delivered != null, surfaced != null, evidence], ['acknowledged', 1, true, true, 'next_event']);
}
