import type { DeadLetter } from '../live/types.ts';

export type Reason = 'failing' | 'lapsed' | 'refused';

/** Why a delivery died, as far as its last error tells. */
export function reasonOf({ delivery }: DeadLetter): Reason {
  const error = delivery.last_error?.toLowerCase() ?? '';
  if (error.includes('lease lapsed') || error === '') return 'lapsed';
  if (/^\d{3}\b|http|connect|timeout|gateway|unavailable/.test(error)) return 'failing';
  return 'refused';
}

export const reasons: Record<Reason, { name: string; short: string; hint: string }> = {
  failing: { name: 'The receiver kept failing', short: 'Kept failing', hint: 'it gave the error each time' },
  lapsed: { name: 'Taken, never acknowledged', short: 'Never acknowledged', hint: 'its lease lapsed each time' },
  refused: { name: 'Refused by its reader', short: 'Refused', hint: 'given back with a reason' },
};

export interface Group {
  readonly reason: Reason;
  readonly letters: readonly DeadLetter[];
}

/** By reason, each the newest first. */
export function groupByReason(letters: readonly DeadLetter[]): Group[] {
  return (Object.keys(reasons) as Reason[])
    .map((reason) => ({ reason, letters: letters.filter((letter) => reasonOf(letter) === reason) }))
    .filter((group) => group.letters.length > 0);
}
