import { describe, expect, it } from 'vitest';
import { mismatches } from './schema.ts';

const schema = {
  type: 'object',
  required: ['title', 'size'],
  additionalProperties: false,
  properties: {
    title: { type: 'string', minLength: 1, maxLength: 5 },
    size: { type: 'integer', minimum: 1, maximum: 10 },
    mood: { enum: ['good', 'bad'] },
    tags: { type: 'array', maxItems: 2, items: { type: ['string', 'null'] } },
    kind: { const: 'a/b' },
  },
};
const whys = (value: unknown, of: unknown = schema) => mismatches(value, of).map(({ at, why }) => `${at} ${why}`);

describe('A payload and its schema', () => {
  it('match', () => {
    expect(whys({ title: 'x', size: 3, mood: 'good', tags: ['a', null], kind: 'a/b' })).toEqual([]);
    expect(whys({}, true)).toEqual([]);
    expect(whys([1, 'x'], { unknown: 'keyword', $ref: '#/$defs/x' })).toEqual([]);
  });

  it('differ, at a place and for a reason', () => {
    expect(whys('x')).toEqual([' must be an object']);
    expect(whys({ title: '' })).toEqual([' needs "size"', '/title must not be empty']);
    expect(whys({ title: 'too long', size: 1.5 })).toEqual(['/title must have at most 5 characters', '/size must be an integer']);
    expect(whys({ title: 'x', size: 11, mood: 'odd', more: 1 })).toEqual([
      '/size must be at most 10',
      '/mood must be one of "good", "bad"',
      '/more is not known',
    ]);
    expect(whys({ title: 'x', size: 1, tags: ['a', 3, 'c'], kind: 'b' })).toEqual([
      '/tags must have at most 2 items',
      '/tags/1 must be a string or null',
      '/kind must be "a/b"',
    ]);
    expect(whys(3, { allOf: [{ minimum: 5 }, { exclusiveMaximum: 3 }] })).toEqual([' must be at least 5', ' must be less than 3']);
    expect(whys(1, false)).toEqual([' may not be there']);
  });

  it('end, however deep they are', () => {
    const deep: Record<string, unknown> = { type: 'object' };
    deep['properties'] = { a: deep };
    const value: Record<string, unknown> = {};
    value['a'] = value;
    expect(whys(value, deep)).toEqual([]);
  });
});
