/** How much of a text is looked through for the words of a search. */
export const searched = 16_384;
/** A word that is further to the right is not seen in a row; then so much stands before it. */
const inSight = 90;
const before = 40;

/** The words of a search, as they are marked in what was found. */
export const wordsOf = (q: string): readonly string[] => q.match(/[\p{L}\p{N}]+/gu) ?? [];

/** The text, split: every second part is one of the words. A word begins where it was typed from, as the server searches for it. */
export function partsAt(text: string, words: readonly string[]): string[] {
  return text.split(ruleOf(words));
}

/** The text from a little before the first of the words, so that it is seen in a row. */
export function around(text: string, words: readonly string[]): string {
  const at = text.search(ruleOf(words));
  if (at <= inSight) return text;
  const cut = text.slice(0, at - before).length;
  const begin = text.indexOf(' ', cut);
  return `…${text.slice(begin < 0 || begin >= at ? cut : begin + 1)}`;
}

function ruleOf(words: readonly string[]): RegExp {
  // Longer words first, so that none is marked only in part.
  const all = [...words].sort((a, b) => b.length - a.length).map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`(?<![\\p{L}\\p{N}])(${all.join('|')})`, 'giu');
}
