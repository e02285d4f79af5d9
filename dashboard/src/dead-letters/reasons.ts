import type { DeadLetter } from '../live/types.ts';

export type Reason = DeadLetter['reason'];

export const reasons: Record<Reason, { name: string; short: string; hint: string }> = {
  rejected: { name: 'Refused by its reader', short: 'Refused', hint: 'given back with a reason' },
  lease_lapsed: { name: 'Taken, never acknowledged', short: 'Never acknowledged', hint: 'its lease lapsed' },
  reader_lost: { name: 'Its reader broke down each time', short: 'Reader lost', hint: 'the connection was lost with it in hand' },
};

export interface Group {
  readonly reason: Reason;
  readonly letters: readonly DeadLetter[];
}

/** By reason, each the newest first. */
export function groupByReason(letters: readonly DeadLetter[]): Group[] {
  return (Object.keys(reasons) as Reason[])
    .map((reason) => ({ reason, letters: letters.filter((letter) => letter.reason === reason) }))
    .filter((group) => group.letters.length > 0);
}
