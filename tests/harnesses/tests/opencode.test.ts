import { test } from 'node:test';
import { OpenCode } from '../support/opencode.ts';
import { hearsWhileItWorks, keepsMailFromSubagents, worksWithoutServer } from '../support/scenarios.ts';
import { Team } from '../support/team.ts';

const scenarios = {
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
