import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Codex } from '../support/codex.ts';
import { count, mainMark } from '../support/endpoint.ts';
import { hearsAtEveryBoundary, isWoken, keepsMailFromSubagents, wasRead, worksWithoutServer } from '../support/scenarios.ts';
import { Team } from '../support/team.ts';

const scenarios = {
  'Codex hears before a prompt, after a tool, and at the end of its turn': hearsAtEveryBoundary,
  'Codex keeps mail from its subagents': keepsMailFromSubagents,
  'Codex works on while the server is away': worksWithoutServer,
};

for (const [name, scenario] of Object.entries(scenarios)) {
  test(name, async () => {
    const team = await Team.start('codex');
    const codex = await Codex.setUp(team);
    await scenario(team, (prompt) => codex.run(prompt));
  });
}

test('Codex in a terminal is told again, and that it is, what an interrupted turn had', async () => {
  const team = await Team.start('codex');
  const pane = await (await Codex.setUp(team)).inTerminal();
  await pane.shows(/Ask Codex to do anything/);
  let sent = '';
  team.model.plays(
    async () => {
      sent = await team.say('Sent before the interruption.');
      return { shell: 'echo one' };
    },
    async () => {
      await pane.key('Escape');
      await pane.shows(/Conversation interrupted/);
      return { text: 'Too late.' };
    },
  );
  await pane.prompt(mainMark);
  await pane.shows(/Conversation interrupted/);
  assert.equal((await team.delivery(sent)).surfaced_at, null);

  await pane.prompt(`${mainMark} Again.`);
  await team.model.asked(3);
  await wasRead(team, sent);
  const [, had, again] = team.model.main.map((one) => [count(one, 'Sent before the interruption.'), count(one, 'again="true"')]);
  assert.deepEqual(
    [had, again],
    [
      [1, 0],
      [2, 1],
    ],
    await team.hookLog(),
  );
});

test('Codex in a terminal that is idle is woken through its queue', async () => {
  const team = await Team.start('codex');
  const codex = await Codex.setUp(team);
  const pane = await codex.inTerminal();
  await pane.shows(/Ask Codex to do anything/);
  codex.wakes();
  await pane.prompt(mainMark);
  await team.model.asked(1);
  await isWoken(team, "Codex's queue");
});

test('Codex in a terminal is told once what comes while a person types into its turn', async () => {
  const team = await Team.start('codex');
  const pane = await (await Codex.setUp(team)).inTerminal();
  await pane.shows(/Ask Codex to do anything/);
  let sent = '';
  team.model.plays(
    async () => {
      sent = await team.say('Sent before a person typed.');
      return { shell: 'echo one' };
    },
    async () => {
      await pane.prompt(`${mainMark} And hurry.`);
      return { shell: 'echo two' };
    },
  );
  await pane.prompt(mainMark);
  await team.model.asked(3);
  await wasRead(team, sent);

  const last = team.model.main.at(-1);
  assert.deepEqual([count(last, 'And hurry.'), count(last, 'Sent before a person typed.')], [1, 1], await team.hookLog());
});
