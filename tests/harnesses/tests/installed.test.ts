import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { binary } from '../../wire/harness/server.ts';
import { Claude } from '../support/claude.ts';
import { Codex } from '../support/codex.ts';
import { Copilot } from '../support/copilot.ts';
import { mainMark } from '../support/endpoint.ts';
import { Gemini } from '../support/gemini.ts';
import { hearsAtEveryBoundary, isWoken, worksWithoutServer } from '../support/scenarios.ts';
import { Team } from '../support/team.ts';

// The other tests bring hooks of their own, which keep what they were given. These run what a user has after `parley hook install`.
const help = spawnSync(binary, ['hook', 'install', '--help'], { encoding: 'utf8' }).stdout;
const missing = help.includes('hook install') ? false : 'this parley has no command to install hooks';

for (const [harness, program] of Object.entries({ claude: Claude, codex: Codex, copilot: Copilot, gemini: Gemini })) {
  test(`What parley hook install puts into the settings of ${harness} brings mail`, { skip: missing }, async () => {
    const team = await Team.start(harness);
    const installed = await program.bare(team);
    await team.install(harness, installed.environment);
    await hearsAtEveryBoundary(team, (prompt) => installed.run(prompt));
  });

  test(
    `What parley hook install puts into the settings of ${harness} does not disturb it while the server is away`,
    { skip: missing },
    async () => {
      const team = await Team.start(harness);
      const installed = await program.bare(team);
      await team.install(harness, installed.environment);
      await worksWithoutServer(team, (prompt) => installed.run(prompt));
    },
  );
}

test('What parley hook install puts into the settings of Claude Code wakes it', { skip: missing }, async () => {
  const team = await Team.start('claude');
  const claude = await Claude.bare(team);
  await team.install('claude', claude.environment);
  const session = claude.open();
  session.prompt(mainMark);
  await session.ended(1);
  await isWoken(team, 'what is installed for Claude Code');
  session.close();
});
