import { test } from 'node:test';
import { Copilot } from '../support/copilot.ts';
import { hearsAtEveryBoundary, keepsMailFromSubagents, worksWithoutServer } from '../support/scenarios.ts';
import { Team } from '../support/team.ts';

const scenarios = {
  'Copilot CLI hears before a prompt, after a tool, and at the end of its turn': hearsAtEveryBoundary,
  'Copilot CLI keeps mail from its subagents': keepsMailFromSubagents,
  'Copilot CLI works on while the server is away': worksWithoutServer,
};

for (const [name, scenario] of Object.entries(scenarios)) {
  test(name, async () => {
    const team = await Team.start('copilot');
    const copilot = await Copilot.setUp(team);
    await scenario(team, (prompt) => copilot.run(prompt));
  });
}
