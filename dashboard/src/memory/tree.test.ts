import { describe, expect, it } from 'vitest';
import { prefixesOf, rowsOf, type Key } from './tree.ts';

const key = (name: string): Key => ({ key: name, version: 1, updated_at: '', updated_by: null });
const keys = ['glossary', 'a/b/c', 'a/b/d', 'a/e', 'a', '/x', 'a//y'].map(key);
const drawn = (open: string[]) =>
  rowsOf(keys, new Set(open)).map(({ depth, name, folder }) => `${depth}${name}${folder ? `/${folder.count}` : ''}`);

describe('The tree of keys', () => {
  it('has one level while nothing is open, prefixes first', () => {
    expect(drawn([])).toEqual(['0/1', '0a/4', '0a', '0glossary']);
  });

  it('shows what is in the open ones, down to names that are empty', () => {
    expect(drawn(['a/', 'a/b/', 'a//'])).toEqual(['0/1', '0a/4', '1/1', '2y', '1b/2', '2c', '2d', '1e', '0a', '0glossary']);
  });

  it('knows the prefixes above a key', () => {
    expect(prefixesOf('a/b/c')).toEqual(['a/', 'a/b/']);
    expect(prefixesOf('a')).toEqual([]);
  });
});
