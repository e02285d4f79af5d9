import { describe, expect, it } from 'vitest';
import type { Message } from '../live/types.ts';
import { accepts, faultsOf, filterOf, momentOf, parseFilter, serverFilter } from './filter.ts';

const now = new Date(2026, 10, 28, 13, 0).getTime();

describe('A typed filter', () => {
  it('has fields and words', () => {
    expect(parseFilter('from:be-bram type:question "exact words" loose')).toEqual({
      values: { sender: 'be-bram', type: 'question' },
      q: '"exact words" loose',
    });
  });

  it('knows priorities by name', () => {
    expect(parseFilter('priority:high,critical').values).toEqual({ priority: '3,4' });
  });

  it('takes an unknown field for words', () => {
    expect(parseFilter('https://x.example/ foo:bar')).toEqual({ values: {}, q: 'https://x.example/ foo:bar' });
  });

  it('comes from the address and keeps only its own keys', () => {
    expect(filterOf({ type: 'question', m: 'x', other: 'y', q: 'a' })).toEqual({ values: { type: 'question' }, q: 'a' });
  });

  it('ignores a bad value, and says why', () => {
    const filter = filterOf({ since: 'yesterdayish', priority: '9', type: 'text' });
    expect(Object.keys(faultsOf(filter)).sort()).toEqual(['priority', 'since']);
    expect(serverFilter(filter, now)).toEqual({ type: 'text' });
  });

  it('means by a time of day the last time that the clock showed it', () => {
    expect(new Date(momentOf('12:30', now)!).getDate()).toBe(28);
    expect(new Date(momentOf('14:00', now)!).getDate()).toBe(27);
  });

  it('excludes here what the server cannot', () => {
    const filter = parseFilter('type:!acknowledgment,ack from:ada');
    expect(serverFilter(filter, now)).toEqual({ sender: 'ada' });
    const message = (message_type: string) => ({ message_type, to: 'be-1' }) as Message;
    expect(accepts(filter)(message('acknowledgment'))).toBe(false);
    expect(accepts(filter)(message('question'))).toBe(true);
  });
});
