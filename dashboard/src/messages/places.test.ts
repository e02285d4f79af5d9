import { describe, expect, it } from 'vitest';
import type { Message } from '../live/types.ts';
import { indexOfSeq } from './places.ts';

const messages = [3, 5, 9].map((seq) => ({ seq }) as Message);

describe('A place in the log', () => {
  it('is the first message at or after it, or the end', () => {
    expect([0, 3, 4, 5, 9, 10].map((seq) => indexOfSeq(messages, seq))).toEqual([0, 0, 1, 1, 2, 3]);
    expect(indexOfSeq([], 1)).toBe(0);
  });
});
