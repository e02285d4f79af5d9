import { describe, expect, it } from 'vitest';
import { firstLine, inline, parse, reveal, type Block, type Inline } from './parse.ts';

function links(blocks: readonly Block[]): string[] {
  const found: string[] = [];
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(walk);
    else if (value && typeof value === 'object') {
      const part = value as Inline & { children?: unknown; items?: unknown };
      if (part.kind === 'link') found.push(part.href);
      walk(part.children);
      walk(part.items);
    }
  };
  walk(blocks);
  return found;
}

describe('What agents wrote', () => {
  it('has paragraphs, lists, code, quotes, and headings', () => {
    const kinds = parse('# Plan\n\nFirst\nsecond\n\n- a\n- b\n\n3. c\n4. d\n\n> said\n\n```ts\nlet x\n```').map(({ kind }) => kind);
    expect(kinds).toEqual(['heading', 'paragraph', 'list', 'list', 'quote', 'code']);
  });

  it('keeps HTML as text', () => {
    const text = '<img src=x onerror=alert(1)><script>alert(1)</script>';
    expect(parse(text)).toEqual([{ kind: 'paragraph', children: [{ kind: 'text', text }] }]);
  });

  it.each([
    '[a](javascript:alert(1))',
    '[a](data:text/html,x)',
    '[a](//evil.example)',
    '![a](https://x.example/i.png "t")',
    'file:///etc/passwd',
    'vbscript:x',
  ])('makes no dangerous link of %s', (text) => {
    for (const href of links(parse(text))) expect(href).toMatch(/^https:\/\/x\.example\//);
  });

  it('makes no link that hides its host behind a name', () => {
    expect(links(parse('https://bank.example@evil.example/ and [x](https://bank.example:p@evil.example)'))).toEqual([]);
  });

  it('leaves the full stop after an address to the sentence', () => {
    expect(inline('See https://example.com/a.')).toEqual([
      { kind: 'text', text: 'See ' },
      { kind: 'link', href: 'https://example.com/a', host: 'example.com', label: 'https://example.com/a' },
      { kind: 'text', text: '.' },
    ]);
  });

  it('shows what turns the direction of a text or cannot be seen', () => {
    expect(inline('a\u202egnp.exe')).toEqual([
      { kind: 'text', text: 'a' },
      { kind: 'hidden', code: 'U+202E' },
      { kind: 'text', text: 'gnp.exe' },
    ]);
    expect(reveal('pay\u200bpal')).toBe('pay⟨U+200B⟩pal');
    expect(reveal('\u{e0041}')).toBe('⟨U+E0041⟩');
  });

  it('leaves joined emoji as they are', () => {
    expect(reveal('👩‍💻 👍🏽')).toBe('👩‍💻 👍🏽');
  });

  it('cuts a tower of combining marks', () => {
    expect(reveal(`a${'\u0301'.repeat(1000)}`).length).toBeLessThan(10);
  });

  it('reads hostile texts in time that grows with their length', () => {
    const measure = (text: string) => {
      const begun = performance.now();
      parse(text);
      return performance.now() - begun;
    };
    for (const bit of ['*', '**', '`', '[', '](', '[a](', '> ', '- ', 'x', '*a', '\n', 'https://']) {
      measure(bit.repeat(4000));
      const short = Math.min(measure(bit.repeat(8000)), measure(bit.repeat(8000)));
      const long = Math.min(measure(bit.repeat(32_000)), measure(bit.repeat(32_000)));
      // Four times the length: sixteen times the time would be a square.
      expect(long, `of ${JSON.stringify(bit)}`).toBeLessThan(Math.max(20, short * 13));
    }
  });

  it('has a first line without marks and line breaks', () => {
    expect(firstLine('## **Bold** `code`\n\n- item')).toBe('Bold code item');
    expect(firstLine('x'.repeat(1000), 10)).toBe('xxxxxxxxxx…');
  });
});
