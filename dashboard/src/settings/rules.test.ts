import { describe, expect, it } from 'vitest';
import type { RoutingRule } from '../live/types.ts';
import { formOf, inWords, moved, replaced, ruleOf } from './rules.ts';

const rule = {
  name: 'database',
  when: { types: ['question', 'task_*'], words: ['postgres', 'slow query'], metadata: { env: 'production' } },
  to: ['capability:dba', 'be'],
  priority: 4,
  metadata: { team: 'data' },
  stop: true,
} as unknown as RoutingRule;

describe('A routing rule', () => {
  it('is the same after it was a form', () => {
    expect(ruleOf(formOf(rule))).toEqual(rule);
    expect(ruleOf(formOf({ name: 'a', to: 'be' } as RoutingRule))).toEqual({ name: 'a', to: 'be' });
    expect(ruleOf({ ...formOf(undefined), name: 'empty' })).toEqual({ name: 'empty' });
  });

  it('says in words what it asks and does', () => {
    expect(inWords(rule)).toBe(
      'A message that is of type question, task_*, and says postgres or slow query, and has {"env":"production"}: goes to capability:dba, be; is at least critical; gets {"team":"data"}; later rules are skipped.',
    );
    expect(inWords({ name: 'a' } as RoutingRule)).toBe('Every message: nothing happens.');
  });

  it('is replaced or deleted only as it was read', () => {
    const [one, two] = [{ name: 'one' } as RoutingRule, { name: 'two' } as RoutingRule];
    expect(replaced([two, one], { ...one }, { name: 'three' } as RoutingRule).map(({ name }) => name)).toEqual(['two', 'three']);
    expect(replaced([two, one], one)).toEqual([two]);
    expect(() => replaced([two], one)).toThrow('meanwhile');
    expect(() => replaced([{ ...one, priority: 4 } as RoutingRule], one)).toThrow('meanwhile');
  });

  it('moves by one', () => {
    const rules = ['a', 'b', 'c'].map((name) => ({ name }) as RoutingRule);
    expect(moved(rules, 2, -1).map(({ name }) => name)).toEqual(['a', 'c', 'b']);
    expect(moved(rules, 0, 1).map(({ name }) => name)).toEqual(['b', 'a', 'c']);
  });
});
