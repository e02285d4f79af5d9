import type { AttentionItem } from '../live/types.ts';

/** What is stuck, as far as nobody has put it off; the worst first and then the oldest. Questions are shown apart. */
export function stuckOf(items: readonly AttentionItem[]): readonly AttentionItem[] {
  return inOrder(items.filter((item) => item.severity !== 'person' && !item.snoozed_until));
}

/** What somebody has put off; what is shown again first comes first. */
export function snoozedOf(items: readonly AttentionItem[]): readonly AttentionItem[] {
  return items
    .filter(({ snoozed_until }) => snoozed_until)
    .sort((a, b) => a.snoozed_until!.localeCompare(b.snoozed_until!) || a.attention_id.localeCompare(b.attention_id));
}

function inOrder(items: readonly AttentionItem[]): readonly AttentionItem[] {
  return [...items].sort((a, b) => rank(a) - rank(b) || a.since.localeCompare(b.since) || a.attention_id.localeCompare(b.attention_id));
}

const rank = ({ severity }: AttentionItem): number => (severity === 'critical' ? 0 : 1);

const hour = 3_600_000;

/** For how long something can be put off, from now on: an hour, or until eight in the morning. */
export function snoozes(now: number): readonly { label: string; until: string }[] {
  const morning = new Date(now);
  morning.setDate(morning.getDate() + 1);
  morning.setHours(8, 0, 0, 0);
  return [
    { label: 'Snooze for 1 hour', until: new Date(now + hour).toISOString() },
    { label: 'Snooze until tomorrow', until: morning.toISOString() },
  ];
}

const words = ['No', 'One', 'Two', 'Three', 'Four', 'Five', 'Six', 'Seven', 'Eight', 'Nine', 'Ten', 'Eleven', 'Twelve'];
export const inWords = (count: number): string => words[count] ?? String(count);
