import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Claude } from '../support/claude.ts';
import { count, mainMark } from '../support/endpoint.ts';
import { hearsAtEveryBoundary, isWoken, keepsMailFromSubagents, wasRead, worksWithoutServer } from '../support/scenarios.ts';
import { Team } from '../support/team.ts';

const scenarios = {
  'Claude Code hears before a prompt, after tools, and at the end of its turn': hearsAtEveryBoundary,
  'Claude Code keeps mail from its subagents': keepsMailFromSubagents,
  'Claude Code works on while the server is away': worksWithoutServer,
};

for (const [name, scenario] of Object.entries(scenarios)) {
  test(name, async () => {
    const team = await Team.start('claude');
    const claude = await Claude.setUp(team);
    await scenario(team, (prompt) => claude.run(prompt));
  });
}

test('Claude Code is told again, and that it is, what an interrupted turn had', async () => {
  const team = await Team.start('claude');
  const session = (await Claude.setUp(team)).open();
  let sent = '';
  team.model.plays(
    async () => {
      sent = await team.say('Sent before the interruption.');
      return { shell: 'echo one' };
    },
    async () => {
      session.interrupt();
      await session.ended(1);
      return { text: 'Too late.' };
    },
  );
  session.prompt(mainMark);
  await session.ended(1);
  assert.equal((await team.delivery(sent)).surfaced_at, null);

  session.prompt(`${mainMark} Again.`);
  await session.ended(2);
  session.close();

  const { main } = team.model;
  assert.deepEqual(
    main.map((request) => [count(request, 'Sent before the interruption.'), count(request, 'again="true"')]),
    [
      [0, 0],
      [1, 0],
      [2, 1],
    ],
    await team.hookLog(),
  );
  await wasRead(team, sent);
});

test('Claude Code is told once what comes while a person types into its turn', async () => {
  const team = await Team.start('claude');
  const session = (await Claude.setUp(team)).open();
  let sent = '';
  team.model.plays(async () => {
    session.prompt(`${mainMark} And hurry.`);
    sent = await team.say('Sent beside a prompt.');
    return { shell: 'echo one' };
  });
  session.prompt(mainMark);
  await team.model.asked(2);
  await team.isRead(sent);
  session.close();

  assert.equal((await team.events()).filter((event) => event === 'UserPromptSubmit').length, 2);
  assert.equal(count(team.model.main.at(-1), 'Sent beside a prompt.'), 1, await team.hookLog());
  assert.equal(count(team.model.main.at(-1), 'And hurry.'), 1);
  await wasRead(team, sent);
});

for (const way of ['waiter', 'socket'] as const) {
  test(`Claude Code that is idle is woken by the ${way}`, async () => {
    const team = await Team.start('claude');
    const session = (await Claude.setUp(team, way)).open();
    session.prompt(mainMark);
    await session.ended(1);
    await isWoken(team, `Claude Code's ${way}`);
    session.close();
  });
}

test('Claude Code in a terminal tells when it waits for a person', async () => {
  const team = await Team.start('claude');
  const pane = await (await Claude.setUp(team)).inTerminal('--permission-mode', 'default');
  await pane.shows(/❯/);
  team.model.plays({ shell: 'touch a-file' });
  await pane.prompt(mainMark);
  await pane.shows(/Do you want to proceed/);
  await team.is('blocked_on_human');
  await pane.accepts(/Do you want to proceed/);
  await team.is('idle');
  assert.equal(team.model.main.length, 2);
});
