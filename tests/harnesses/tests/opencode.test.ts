import assert from 'node:assert/strict';
import { test } from 'node:test';
import { count, mainMark } from '../support/endpoint.ts';
import { OpenCode } from '../support/opencode.ts';
import {
  hearsAtEveryBoundary,
  hearsWhileItWorks,
  isWoken,
  keepsMailFromSubagents,
  wasRead,
  worksWithoutServer,
} from '../support/scenarios.ts';
import { Team } from '../support/team.ts';

const scenarios = {
  // `opencode run` is over when its turn is.
  'OpenCode hears before a prompt and after a tool': hearsWhileItWorks,
  'OpenCode keeps mail from its subagents': keepsMailFromSubagents,
  'OpenCode works on while the server is away': worksWithoutServer,
};

for (const [name, scenario] of Object.entries(scenarios)) {
  test(name, async () => {
    const team = await Team.start('opencode');
    const opencode = await OpenCode.setUp(team);
    await scenario(team, (prompt) => opencode.run(prompt));
  });
}

test('OpenCode on the machine of a server finds it, and registers the agent of its folder', async () => {
  const team = await Team.start('opencode');
  const opencode = await OpenCode.setUp(team);
  const found = { PARLEY_URL: undefined, PARLEY_TOKEN: undefined, PARLEY_AGENT: undefined, PARLEY_DATA: team.server.dataFolder };
  await opencode.run(mainMark, found);
  assert.ok((await team.agents()).includes('work-opencode'), `${await team.agents()}`);
});

test('OpenCode that stays goes on with what came at the end of its turn', async () => {
  const team = await Team.start('opencode');
  const opencode = await (await OpenCode.setUp(team)).serve();
  const session = await opencode.session();
  await hearsAtEveryBoundary(team, async (prompt) => {
    await opencode.prompt(session, prompt);
    await team.model.asked(3);
    return { code: 0, output: '', milliseconds: 0 };
  });
});

test('OpenCode is told again, and that it is, what an interrupted turn had', async () => {
  const team = await Team.start('opencode');
  const opencode = await (await OpenCode.setUp(team)).serve();
  const session = await opencode.session();
  let sent = '';
  let interrupted = () => {};
  const wasInterrupted = new Promise<void>((resolve) => (interrupted = resolve));
  team.model.plays(
    async () => {
      sent = await team.say('Sent before the interruption.');
      return { shell: 'echo one' };
    },
    async () => {
      await opencode.interrupt(session);
      interrupted();
      return { text: 'Too late.' };
    },
  );
  await opencode.prompt(session, mainMark);
  await wasInterrupted;
  await team.is('idle');
  assert.equal((await team.delivery(sent)).surfaced_at, null);

  await opencode.prompt(session, `${mainMark} Again.`);
  await team.model.asked(3);
  const [, , again] = team.model.main;
  assert.deepEqual([count(again, 'Sent before the interruption.'), count(again, 'again="true"')], [2, 1]);
  await wasRead(team, sent);
});

test('OpenCode that is idle is woken by its plugin', async () => {
  const team = await Team.start('opencode');
  const opencode = await (await OpenCode.setUp(team)).serve();
  await opencode.prompt(await opencode.session(), mainMark);
  await team.model.asked(1);
  await isWoken(team, "OpenCode's plugin");
});

test('OpenCode drops a wake that is no longer needed without asking its model', async () => {
  const team = await Team.start('opencode');
  const opencode = await (await OpenCode.setUp(team)).serve();
  const session = await opencode.session();
  await opencode.prompt(session, mainMark);
  await team.model.asked(1);
  await team.is('idle');

  await opencode.prompt(session, 'Parley: 1 message waiting. Read them with the parley inbox tool.');
  await opencode.prompt(session, `${mainMark} Go on.`);
  await team.model.asked(2);
  await team.is('idle');

  assert.equal(team.model.main.length, 2);
  assert.deepEqual([count(team.model.main[1], 'Go on.'), count(team.model.main[1], '1 message waiting.')], [1, 0]);
});
