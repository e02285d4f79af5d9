/** A small part of Markdown, for what agents wrote. Everything that it does not know is text: there is no HTML, no image, and no way to make one. */
export type Inline =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'strong' | 'em'; readonly children: readonly Inline[] }
  | { readonly kind: 'link'; readonly href: string; readonly host: string; readonly label: string }
  /** A character that cannot be seen, or that turns the direction of the text around it. */
  | { readonly kind: 'hidden'; readonly code: string };

export type Block =
  | { readonly kind: 'paragraph'; readonly children: readonly Inline[] }
  | { readonly kind: 'heading'; readonly children: readonly Inline[] }
  | { readonly kind: 'quote'; readonly children: readonly Inline[] }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'list'; readonly isOrdered: boolean; readonly start: number; readonly items: readonly (readonly Inline[])[] };

const fence = /^\s{0,3}(```+|~~~+)/;
const bullet = /^\s{0,6}[-*+]\s+(.*)$/;
const ordinal = /^\s{0,6}(\d{1,9})[.)]\s+(.*)$/;
const heading = /^#{1,6}\s+(.*)$/;
const quote = /^>\s?(.*)$/;

export function parse(text: string): Block[] {
  const blocks: Block[] = [];
  const lines = text.replace(/\r\n?/g, '\n').split('\n');
  let paragraph: string[] = [];
  const flush = () => {
    if (paragraph.length > 0) blocks.push({ kind: 'paragraph', children: inline(paragraph.join('\n')) });
    paragraph = [];
  };
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index]!;
    const opened = fence.exec(line);
    if (opened) {
      flush();
      const code: string[] = [];
      while (++index < lines.length && !lines[index]!.trimStart().startsWith(opened[1]!)) code.push(lines[index]!);
      blocks.push({ kind: 'code', text: code.join('\n') });
      continue;
    }
    if (line.trim() === '') {
      flush();
      continue;
    }
    const head = heading.exec(line);
    const quoted = quote.exec(line);
    const item = bullet.exec(line) ?? ordinal.exec(line);
    if (head) {
      flush();
      blocks.push({ kind: 'heading', children: inline(head[1]!) });
    } else if (quoted) {
      flush();
      const said = [quoted[1]!];
      for (let more; (more = quote.exec(lines[index + 1] ?? '')); index++) said.push(more[1]!);
      blocks.push({ kind: 'quote', children: inline(said.join('\n')) });
    } else if (item) {
      flush();
      const isOrdered = item.length === 3;
      const rule = isOrdered ? ordinal : bullet;
      const items = [inline(item.at(-1)!)];
      for (let more; (more = rule.exec(lines[index + 1] ?? '')); index++) items.push(inline(more.at(-1)!));
      blocks.push({ kind: 'list', isOrdered, start: isOrdered ? Number(item[1]) : 1, items });
    } else paragraph.push(line);
  }
  flush();
  return blocks;
}

// Emphasis is short and on one line, so that a text of nothing but stars costs no more than another.
const spans =
  /`([^`\n]{1,2000})`|\*\*([^*\n]{1,500})\*\*|(?<![\w*])\*([^*\s][^*\n]{0,500})\*(?![\w*])|\[([^\]\n]{1,300})\]\((https?:\/\/[^\s()<>]{1,1000})\)|(https?:\/\/[^\s<>"'`\])}]{1,1000})/g;

export function inline(text: string, depth = 0): Inline[] {
  const parts: Inline[] = [];
  let from = 0;
  for (const match of text.matchAll(spans)) {
    const [whole, code, strong, em, label, target, bare] = match;
    const part = code !== undefined ? codePart(code) : spanPart({ strong, em, label, target, bare }, depth);
    if (!part) continue;
    parts.push(...plain(text.slice(from, match.index)));
    from = match.index + whole.length;
    // The full stop after an address is the sentence's.
    const tail = bare === undefined ? '' : (/[.,;:!?]+$/.exec(bare)?.[0] ?? '');
    parts.push(part, ...plain(tail));
  }
  parts.push(...plain(text.slice(from)));
  return parts;
}

function codePart(text: string): Inline {
  return { kind: 'code', text: reveal(text) };
}

type Span = Record<'strong' | 'em' | 'label' | 'target' | 'bare', string | undefined>;

function spanPart({ strong, em, label, target, bare }: Span, depth: number): Inline | undefined {
  if (strong !== undefined) return { kind: 'strong', children: nested(strong, depth) };
  if (em !== undefined) return { kind: 'em', children: nested(em, depth) };
  const address = safe(target ?? bare!.replace(/[.,;:!?]+$/, ''));
  if (!address) return undefined;
  return { kind: 'link', href: address.href, host: address.host, label: reveal(label ?? bare!.replace(/[.,;:!?]+$/, '')) };
}

function nested(text: string, depth: number): Inline[] {
  return depth > 3 ? plain(text) : inline(text, depth + 1);
}

/** The address, if a person may be sent there: only to the web, and never with a name and password that hide the host. */
function safe(target: string): URL | undefined {
  try {
    const address = new URL(target);
    return (address.protocol === 'https:' || address.protocol === 'http:') && !address.username && !address.password ? address : undefined;
  } catch {
    return undefined;
  }
}

/** Controls, marks of direction, and other characters that show nothing themselves. Emoji may be joined (U+200D) and have a variant (U+FE0F). */
const hidden =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb]|[\u{e0000}-\u{e0fff}]|(?<!\p{Extended_Pictographic}|\ufe0f|\p{Emoji_Modifier})\u200d/gu;

function plain(text: string): Inline[] {
  if (text === '') return [];
  const parts: Inline[] = [];
  let from = 0;
  for (const match of text.matchAll(hidden)) {
    if (match.index > from) parts.push({ kind: 'text', text: calm(text.slice(from, match.index)) });
    parts.push({ kind: 'hidden', code: codeOf(match[0]) });
    from = match.index + match[0].length;
  }
  if (from < text.length) parts.push({ kind: 'text', text: calm(text.slice(from)) });
  return parts;
}

const codeOf = (character: string) => `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;

/** At most four combining marks on one letter: more only paint over the lines around. */
function calm(text: string): string {
  return text.replace(/(\p{M}{4})\p{M}+/gu, '$1');
}

/** In one line, with signs for what cannot be seen: for rows, titles, and names. */
export function reveal(text: string): string {
  return calm(text.replace(hidden, (character) => `⟨${codeOf(character)}⟩`));
}

/** The first words of a text, on one line, without the marks of Markdown. */
export function firstLine(text: string, most = 280): string {
  const cut = text.length > most * 4 ? text.slice(0, most * 4) : text;
  const line = cut
    .replace(/^\s{0,3}(```+|~~~+).*$/gm, '')
    .replace(/^\s{0,3}(#{1,6}|>|[-*+])\s+/gm, '')
    .replace(/\*\*([^*]+)\*\*|`([^`]+)`/g, (_, strong: string | undefined, code: string | undefined) => strong ?? code ?? '')
    .replace(/\s+/g, ' ')
    .trim();
  const short = [...line].slice(0, most).join('');
  return reveal(short) + (short.length < line.length ? '…' : '');
}
