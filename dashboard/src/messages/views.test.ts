import { describe, expect, it } from 'vitest';
import { sameFilter, viewsOf, withoutView, withView } from './views.ts';

const view = (name: string, q = '') => ({ name, filter: { values: {}, q } });

describe('Saved views', () => {
  it('are in the order of their names, and a name has one', () => {
    const views = withView(withView([view('b')], view('a')), view('b', 'words'));
    expect(views).toEqual([view('a'), view('b', 'words')]);
    expect(withoutView(views, 'a')).toEqual([view('b', 'words')]);
  });

  it('are the same if they select the same, in whatever order it was typed', () => {
    expect(sameFilter({ values: { type: 'text', sender: 'be' }, q: '' }, { values: { sender: 'be', type: 'text' }, q: '' })).toBe(true);
    expect(sameFilter({ values: { type: 'text' }, q: '' }, { values: { type: 'text', sender: 'be' }, q: '' })).toBe(false);
    expect(sameFilter({ values: {}, q: 'a' }, { values: {}, q: 'b' })).toBe(false);
  });

  it('are nothing where the browser kept something else', () => {
    expect(viewsOf(null)).toEqual([]);
    expect(viewsOf('{"a":')).toEqual([]);
    expect(viewsOf('[1, {"name":"x"}, {"name":"y","filter":{"q":"","values":{"type":3}}}]')).toEqual([]);
    expect(viewsOf('[{"name":"y","filter":{"q":"","values":{"type":"text"}}}]')).toHaveLength(1);
  });
});
