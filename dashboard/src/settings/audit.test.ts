import { expect, it } from 'vitest';
import { actionOf, says, type Act } from './audit.ts';

const act: Act = {
  seq: 1,
  at: '2026-01-22T14:00:00.000Z',
  action: 'workflow.step.complete',
  subject: 'w1/build',
  by: { token_id: 'first-admin', kind: 'admin', agent_id: null },
};

it('says an action in words', () => {
  expect(actionOf('token.created')).toBe('Token created');
  expect(actionOf('dead_letters.requeued')).toBe('Dead letters requeued');
  expect(actionOf('workflow.step.complete')).toBe('Workflow step complete');
});

it('finds an act by all words that are looked for', () => {
  expect(says(act, 'step')).toBe(true);
  expect(says(act, 'ADMIN build')).toBe(true);
  expect(says(act, 'workflow step')).toBe(true);
  expect(says(act, 'admin deploy')).toBe(false);
});
