import { describe, expect, it } from 'vitest';
import { fit, groupsFor, type Entry } from './match.ts';

const entry = (group: string, name: string, more: Partial<Entry> = {}): Entry => ({
  id: name,
  group,
  name,
  icon: null,
  run: () => undefined,
  ...more,
});
const all = [
  entry('Pages', 'Fleet'),
  entry('Agents', 'Bram', { words: 'be-bram' }),
  entry('Agents', 'Abraham'),
  entry('Do', 'Pause Bram', { isOnlyFound: true }),
  entry('Waiting for you', 'Bram asks'),
];
const names = (text: string) => groupsFor(text, all).flatMap(({ entries }) => entries.map(({ name }) => name));

describe('The palette', () => {
  it('has what waits for a person first, and the best fit first', () => {
    expect(names('bra')).toEqual(['Bram asks', 'Bram', 'Abraham', 'Pause Bram']);
  });

  it('shows no actions of agents before something is typed', () => expect(names('')).not.toContain('Pause Bram'));

  it('is narrowed by a prefix', () => {
    expect(names('@bra')).toEqual(['Bram', 'Abraham']);
    expect(names('>bra')).toEqual(['Pause Bram']);
  });

  it('finds by id', () => {
    expect(fit('be-', { name: 'Bram', words: 'be-bram' })).toBe(3);
    expect(fit('zzz', { name: 'Bram' })).toBeUndefined();
  });
});
