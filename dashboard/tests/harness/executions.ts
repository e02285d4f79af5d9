import type { Parley } from './parley.ts';

export interface Release {
  readonly workflow: string;
  readonly execution: string;
  /** Moves a step by hand. */
  readonly step: (step: string, move: 'complete' | 'fail', body?: unknown) => Promise<unknown>;
}

/** A release among several agents: some steps are done, one is tried again, one waits for a person. */
export async function release(parley: Parley): Promise<Release> {
  for (const [agent_id, name, role] of [
    ['wren', 'Wren', 'release_manager'],
    ['ines', 'Ines', 'tech_lead'],
    ['juno', 'Juno', 'security'],
    ['noor', 'Noor', 'qa'],
  ] as const)
    await parley.register(agent_id, { name, role });
  await parley.register('builder', { name: 'builder', type: 'script' });
  const { workflow_id } = await parley.call<{ workflow_id: string }>('POST', '/workflows', {
    title: 'Release 2.14',
    steps: [
      { step: 'freeze', agent: 'wren', action: 'Freeze the branch.' },
      { step: 'build', agent: 'builder', action: 'Build it.', depends_on: ['freeze'] },
      { step: 'rollback-plan', agent: 'ines', action: 'Write the rollback plan.', depends_on: ['freeze'] },
      { step: 'scan', agent: 'juno', action: 'Scan it.', depends_on: ['build'] },
      {
        step: 'smoke-tests',
        agent: 'noor',
        action: 'Run the smoke tests.',
        depends_on: ['build'],
        input: { build: '${build/build}', suite: 'smoke' },
      },
      { step: 'migrate', person: 'human', action: 'Migrate now?', options: ['yes', 'no'], depends_on: ['rollback-plan'] },
      { step: 'production', agent: 'wren', action: 'Deploy it.', depends_on: ['scan', 'smoke-tests', 'migrate'] },
    ],
  });
  const statusOf = async (name: string) => {
    const { steps } = await parley.call<{ steps: { step: string; status: string }[] }>('GET', `/workflows/${workflow_id}`);
    return steps.find((one) => one.step === name)!.status;
  };
  const step = async (name: string, move: 'complete' | 'fail', body: unknown = {}) => {
    // A step is handed out a moment after those before it are done.
    while ((await statusOf(name)) === 'waiting') await new Promise((resolve) => setTimeout(resolve, 20));
    return parley.call('POST', `/workflows/${workflow_id}/steps/${name}/${move}`, body);
  };
  await step('freeze', 'complete', { result: { branch: 'release/2.14' } });
  await step('build', 'complete', { result: { build: 4811 } });
  await step('rollback-plan', 'complete');
  const { execution_id } = await parley.call<{ execution_id: string }>('GET', `/workflows/${workflow_id}`);
  return { workflow: workflow_id, execution: execution_id, step };
}
