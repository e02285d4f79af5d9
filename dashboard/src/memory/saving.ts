import { ParleyError } from '@parley/client';
import { now } from '../live/clock.ts';
import type { Live } from '../live/live.ts';
import type { MemoryEntry } from '../live/types.ts';

export interface Draft {
  readonly text: string;
  /** The version that it was written from. */
  readonly base: number;
}

/** What was typed and not saved, until the page is closed. */
const drafts = new Map<string, Draft>();

export const draftOf = ({ memory_id }: MemoryEntry): Draft | undefined => drafts.get(memory_id);

export function keepDraft({ memory_id }: MemoryEntry, draft: Draft | null): void {
  if (draft) drafts.set(memory_id, draft);
  else drafts.delete(memory_id);
}

/** What a person typed, as JSON, or why it is none. */
export function readJson(text: string): { value: unknown } | { fault: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (text.trim() === '') return { fault: 'A value is needed. For none, write null.' };
    return { fault: `This is not JSON${placeOf(text, error)}. Text stands in double quotes.` };
  }
  const coarse = /(?<![\w."-])-?\d{16,}(?![\w."])/.exec(text.replace(/"(?:[^"\\]|\\.)*"/g, '""'));
  if (coarse && String(Number(coarse[0])) !== coarse[0])
    return { fault: `A browser does not keep ${coarse[0].slice(0, 40)} exactly. Put it in quotes, or set the key with the command line.` };
  return { value };
}

function placeOf(text: string, error: unknown): string {
  const position = /position (\d+)/.exec((error as Error).message)?.[1];
  if (position === undefined) return '';
  const before = text.slice(0, Number(position)).split('\n');
  return ` at line ${before.length}, column ${before.at(-1)!.length + 1}`;
}

/** Sets a value, only if the entry still has the version. It expires when it would have, and the same agents may read and write it. */
export async function save(live: Live, entry: MemoryEntry, value: unknown, version: number): Promise<MemoryEntry> {
  const left = entry.expires_at ? (Date.parse(entry.expires_at) - now()) / 1000 : undefined;
  return live.parley.rest.put('/memory/{memory_id}', {
    path: { memory_id: entry.memory_id },
    body: { value, if_version: version, ...(left === undefined ? {} : { ttl_seconds: Math.max(1, Math.round(left)) }) } as never,
    // A second try would meet the version that the first one made.
    repeat: false,
  });
}

export const isConflict = (error: unknown): boolean => error instanceof ParleyError && error.code === 'version_mismatch';
