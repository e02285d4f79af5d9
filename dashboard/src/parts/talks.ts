import type { PairCount } from '../live/types.ts';

/** The statistics count what people and the server itself send under no id. */
export const nobody = '';

/** Two who talk, with the messages of each to the other. */
export interface Talk {
  readonly a: string;
  readonly b: string;
  /** From a to b. */
  readonly there: number;
  readonly back: number;
}

/** The pairs without direction. What is sent to oneself is left out. */
export function talksOf(pairs: readonly Pick<PairCount, 'from' | 'to' | 'count'>[]): Talk[] {
  const talks = new Map<string, { a: string; b: string; there: number; back: number }>();
  for (const { from, to, count } of pairs) {
    const [sender, reader] = [from ?? nobody, to ?? nobody];
    if (sender === reader || (sender === nobody && reader === 'human')) continue;
    const [a, b] = sender < reader ? [sender, reader] : [reader, sender];
    const key = `${a}\n${b}`;
    const talk = talks.get(key) ?? { a, b, there: 0, back: 0 };
    if (sender === a) talk.there += Number(count);
    else talk.back += Number(count);
    talks.set(key, talk);
  }
  return [...talks.values()];
}

export const sumOf = ({ there, back }: Talk): number => there + back;
