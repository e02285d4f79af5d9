import { describe, expect, it } from 'vitest';
import { around, partsAt, wordsOf } from './words.ts';

describe('The words of a search', () => {
  it('are read from what was typed', () => expect(wordsOf('"exact words" naïve-42')).toEqual(['exact', 'words', 'naïve', '42']));

  it('are marked wherever a word begins with them', () => {
    expect(partsAt('Total of totals, subtotal', ['total'])).toEqual(['', 'Total', ' of ', 'total', 's, subtotal']);
    expect(partsAt('export exports', ['export', 'exports'])).toEqual(['', 'export', ' ', 'exports', '']);
    expect(partsAt('a+b', ['a'])).toEqual(['', 'a', '+b']);
  });

  it('are in sight, also of a long text', () => {
    const long = `${'one two three '.repeat(20)}the needle is here`;
    expect(around(long, ['needle'])).toMatch(/^….{0,40}needle is here$/);
    expect(around('the needle', ['needle'])).toBe('the needle');
    expect(around('nothing of it', ['needle'])).toBe('nothing of it');
    expect(around(`${'x'.repeat(200)}`, ['needle'])).toHaveLength(200);
  });
});
