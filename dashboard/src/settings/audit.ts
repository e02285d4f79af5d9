import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useLive } from '../live/live.ts';

/** What an admin or an operator did. */
export interface Act {
  readonly seq: number;
  readonly at: string;
  /** Such as `token.created`. */
  readonly action: string;
  /** The id of what it was done to. */
  readonly subject: string;
  readonly by: { readonly token_id: string | null; readonly kind: string; readonly agent_id: string | null };
}

export const spans: Readonly<Record<string, { word: string; hours: number }>> = {
  '1h': { word: 'Last hour', hours: 1 },
  '24h': { word: 'Last 24 hours', hours: 24 },
  '7d': { word: 'Last 7 days', hours: 168 },
  '30d': { word: 'Last 30 days', hours: 720 },
};

const pageSize = 500;
/** The most that are shown: what is beyond is found with a shorter range. */
export const most = 2000;

/** What was done in a span of time, the newest first. */
export function useAudit(span: string) {
  const { parley, project } = useLive();
  return useQuery({
    queryKey: ['settings', project, 'audit', span],
    refetchInterval: 10_000,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }): Promise<{ acts: Act[]; isPart: boolean }> => {
      const time = new Date(Date.now() - spans[span]!.hours * 3_600_000).toISOString();
      let { place } = await parley.rest.get('/log/place', { query: { time }, signal });
      const acts: Act[] = [];
      let isPart = false;
      for (;;) {
        const page = await parley.rest.get('/log', { query: { kinds: 'audit', after: place, limit: pageSize } as never, signal });
        acts.push(...page.items.map(({ seq, at, item }) => ({ ...(item as Omit<Act, 'seq' | 'at'>), seq, at })));
        // The log is read from its older end: the newest are kept.
        if (acts.length > most) {
          acts.splice(0, acts.length - most);
          isPart = true;
        }
        if (page.next === null) return { acts: acts.reverse(), isPart };
        place = page.next;
      }
    },
  });
}

/** An action in words: "Token created" for `token.created`. */
export function actionOf(action: string): string {
  const words = action.replace(/[._]/g, ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Whether an act has all the words in it. */
export function says({ action, subject, by }: Act, wanted: string): boolean {
  const all = [action, actionOf(action), subject, by.kind, by.agent_id, by.token_id].join(' ').toLowerCase();
  return wanted
    .toLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word));
}
