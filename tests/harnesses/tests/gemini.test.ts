import { test } from 'node:test';
import { Gemini } from '../support/gemini.ts';
import { hearsAtEveryBoundary, keepsMailFromSubagents, worksWithoutServer } from '../support/scenarios.ts';
import { Team } from '../support/team.ts';

const scenarios = {
  'Gemini CLI hears before a prompt, after a tool, and at the end of its turn': hearsAtEveryBoundary,
  'Gemini CLI keeps mail from its subagents': keepsMailFromSubagents,
  'Gemini CLI works on while the server is away': worksWithoutServer,
};

for (const [name, scenario] of Object.entries(scenarios)) {
  test(name, async () => {
    const team = await Team.start('gemini');
    const gemini = await Gemini.setUp(team);
    await scenario(team, (prompt) => gemini.run(prompt));
  });
}
