import { describe, expect, it } from 'vitest';
import { changedInWords, differenceOf } from './difference.ts';
import { linesOf, textOfJson, textOfLine } from './lines.ts';

describe('JSON in lines', () => {
  it('says the same as the value', () => {
    const values = [null, 1, 'a', [], {}, [1, [2, { a: {} }]], { a: [{ b: 'c'.repeat(100) }], 'x"y': '\u202egnp' }, Array(60).fill(7)];
    for (const value of values) expect(JSON.parse(textOfJson(value))).toEqual(value);
  });

  it('puts small things in one line, and says what each line holds', () => {
    const lines = linesOf({ options: [{ id: 1 }, { id: 2 }], final: false });
    expect(lines.map(textOfLine)).toEqual(['{', '  "options": [', '    { "id": 1 },', '    { "id": 2 }', '  ],', '  "final": false', '}']);
    expect(lines.map(({ holds }) => holds)).toEqual([6, 3, 0, 0, 0, 0, 0]);
  });

  it('escapes what cannot be seen', () => {
    expect(textOfJson('a\u202eb\u200bc')).toBe('"a\\u202eb\\u200bc"');
  });
});

describe('A difference', () => {
  it('keeps what is common, and calls no comma a change', () => {
    const changes = differenceOf(['{', '  1,', '  2', '}'], ['{', '  1,', '  2,', '  3', '}']);
    expect(changes.filter(({ kind }) => kind !== 'same')).toEqual([{ kind: 'added', text: '  3' }]);
    expect(changedInWords(changes)).toBe('1 line added');
  });

  it('turns the one into the other', () => {
    const [before, after] = [
      ['a', 'b', 'c', 'd', 'e'],
      ['a', 'x', 'c', 'e', 'y'],
    ];
    const changes = differenceOf(before, after);
    expect(changes.filter(({ kind }) => kind !== 'removed').map(({ text }) => text)).toEqual(after);
    expect(changes.filter(({ kind }) => kind !== 'added').map(({ text }) => text)).toEqual(before);
    expect(changedInWords(changes)).toBe('2 lines changed');
  });

  it('ends soon, however long both are', () => {
    const many = (text: string) => Array.from({ length: 20_000 }, (_, index) => `${text}${index}`);
    expect(differenceOf(many('a'), many('b'))).toHaveLength(40_000);
  });
});
