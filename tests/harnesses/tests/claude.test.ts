import { test } from 'node:test';
import { Claude } from '../support/claude.ts';
import { hearsAtEveryBoundary, keepsMailFromSubagents, worksWithoutServer } from '../support/scenarios.ts';
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
