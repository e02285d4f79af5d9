import type { ReactNode } from 'react';

export interface Entry {
  readonly id: string;
  readonly group: string;
  readonly name: string;
  readonly more?: string;
  /** Further words that find it. */
  readonly words?: string;
  readonly icon: ReactNode;
  readonly aside?: ReactNode;
  /** The server found it, whatever its name is. */
  readonly isFound?: boolean;
  /** Not shown before something is typed. */
  readonly isOnlyFound?: boolean;
  readonly run: () => void;
}

/** What waits for a person stands above. */
const order = ['Waiting for you', 'Agents', 'Pages', 'Executions', 'Threads', 'Said', 'Memory', 'Do'];
const prefixes: Record<string, readonly string[]> = { '@': ['Agents'], '#': ['Said'], '/': ['Memory'], '>': ['Do'] };
const most = 6;

/** How well a name fits what was typed: 0 is best, undefined is not at all. */
export function fit(typed: string, { name, more = '', words = '' }: Pick<Entry, 'name' | 'more' | 'words'>): number | undefined {
  const wanted = typed.toLowerCase();
  const lower = name.toLowerCase();
  if (lower.startsWith(wanted)) return 0;
  if (lower.split(/[\s-]+/).some((word) => word.startsWith(wanted))) return 1;
  if (lower.includes(wanted)) return 2;
  return `${more} ${words}`.toLowerCase().includes(wanted) ? 3 : undefined;
}

/** The entries that fit, by group, the best first. */
export function groupsFor(text: string, entries: readonly Entry[]): { name: string; entries: Entry[] }[] {
  const only = prefixes[text[0] ?? ''];
  const typed = (only ? text.slice(1) : text).trim();
  const rank = (entry: Entry): number | undefined => {
    if (only && !only.includes(entry.group)) return undefined;
    if (typed === '') return entry.isOnlyFound && !only ? undefined : 0;
    return entry.isFound ? 0 : fit(typed, entry);
  };
  const ranked = entries
    .map((entry) => ({ entry, rank: rank(entry) }))
    .filter((one): one is { entry: Entry; rank: number } => one.rank !== undefined);
  return order
    .map((name) => ({
      name,
      entries: ranked
        .filter(({ entry }) => entry.group === name)
        .sort((a, b) => a.rank - b.rank)
        .slice(0, name === 'Pages' && typed === '' ? undefined : most)
        .map(({ entry }) => entry),
    }))
    .filter((group) => group.entries.length > 0);
}
