export interface Token {
  readonly kind: 'key' | 'string' | 'number' | 'word' | 'sign';
  readonly text: string;
}

/** One line of JSON as a person reads it. */
export interface Line {
  readonly depth: number;
  readonly tokens: readonly Token[];
  /** If the line opens something, the number of lines up to and including the one that closes it. */
  readonly holds: number;
}

/** What fits within this many characters stands in one line. */
const width = 80;

const sign = (text: string): Token => ({ kind: 'sign', text });
// What cannot be seen, or changes the direction of what is seen, is written as JSON escapes it; so are marks that would paint over the lines around.
const unseen =
  /[\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0]|[\u{e0000}-\u{e0fff}]/gu;
const tooManyMarks = /(?<=\p{M}{4})\p{M}+/gu;
const codes = (text: string): string =>
  text
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
const escaped = (text: string): string => JSON.stringify(text).replace(unseen, codes).replace(tooManyMarks, codes);

/** A value as lines. Small lists and objects stand in one line. */
export function linesOf(value: unknown): Line[] {
  const lines: { depth: number; tokens: Token[]; holds: number }[] = [];
  write(value, 0, [], '');
  return lines;

  function write(part: unknown, depth: number, before: readonly Token[], after: string): void {
    const end = after ? [sign(after)] : [];
    const inLine = isInLine(part, depth) ? tokensOf(part) : undefined;
    if (inLine) {
      lines.push({ depth, tokens: [...before, ...inLine, ...end], holds: 0 });
      return;
    }
    const isList = Array.isArray(part);
    const from = lines.length;
    lines.push({ depth, tokens: [...before, sign(isList ? '[' : '{')], holds: 0 });
    const entries = isList ? part.map((one): [null, unknown] => [null, one]) : Object.entries(part as object);
    entries.forEach(([name, one], index) => {
      const key: Token[] = name === null ? [] : [{ kind: 'key', text: escaped(name) }, sign(': ')];
      write(one, depth + 1, key, index < entries.length - 1 ? ',' : '');
    });
    lines.push({ depth, tokens: [sign(isList ? ']' : '}'), ...end], holds: 0 });
    lines[from]!.holds = lines.length - 1 - from;
  }
}

/** A value as the text that `linesOf` shows. */
export function textOfJson(value: unknown): string {
  return linesOf(value).map(textOfLine).join('\n');
}

export function textOfLine({ depth, tokens }: Line): string {
  return '  '.repeat(depth) + tokens.map(({ text }) => text).join('');
}

function isInLine(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  const parts = Object.values(value);
  if (parts.length === 0) return true;
  if (depth === 0 && !Array.isArray(value)) return false;
  if (parts.length > width / 3 || parts.some((part) => typeof part === 'object' && part !== null)) return false;
  return JSON.stringify(value).length + 2 * parts.length + depth * 2 <= width;
}

function tokensOf(value: unknown): Token[] {
  if (typeof value === 'string') return [{ kind: 'string', text: escaped(value) }];
  if (typeof value === 'number') return [{ kind: 'number', text: String(value) }];
  if (typeof value !== 'object' || value === null) return [{ kind: 'word', text: String(value) }];
  const between = (tokens: Token[], index: number) => (index > 0 ? [sign(', '), ...tokens] : tokens);
  if (Array.isArray(value)) return [sign('['), ...value.map(tokensOf).flatMap(between), sign(']')];
  const entries = Object.entries(value);
  if (entries.length === 0) return [sign('{}')];
  const pairs = entries.map(([name, one]): Token[] => [{ kind: 'key', text: escaped(name) }, sign(': '), ...tokensOf(one)]);
  return [sign('{ '), ...pairs.flatMap(between), sign(' }')];
}
