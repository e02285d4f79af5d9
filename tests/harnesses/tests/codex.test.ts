import { test } from 'node:test';
import { Codex } from '../support/codex.ts';
import { hearsAtEveryBoundary, worksWithoutServer } from '../support/scenarios.ts';
import { Team } from '../support/team.ts';

const scenarios = {
  'Codex hears before a prompt, after a tool, and at the end of its turn': hearsAtEveryBoundary,
  'Codex works on while the server is away': worksWithoutServer,
};

for (const [name, scenario] of Object.entries(scenarios)) {
  test(name, async () => {
    const team = await Team.start('codex');
    const codex = await Codex.setUp(team);
    await scenario(team, (prompt) => codex.run(prompt));
  });
}
