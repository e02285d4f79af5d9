export interface Change {
  readonly kind: 'same' | 'added' | 'removed';
  readonly text: string;
}

/** Above this product of lengths, what lies between the common beginning and the common end counts as changed as a whole. */
const most = 4_000_000;

/** What turns one text into another, line by line. A comma at the end of a line makes no difference. */
export function differenceOf(before: readonly string[], after: readonly string[]): Change[] {
  const plain = (line: string) => line.replace(/,$/, '');
  const isSame = (a: number, b: number) => plain(before[a]!) === plain(after[b]!);
  let start = 0;
  while (start < before.length && start < after.length && isSame(start, start)) start++;
  let end = 0;
  while (end < before.length - start && end < after.length - start && isSame(before.length - 1 - end, after.length - 1 - end)) end++;
  const same = (text: string): Change => ({ kind: 'same', text });
  return [
    ...after.slice(0, start).map(same),
    ...between(before.slice(start, before.length - end), after.slice(start, after.length - end), plain),
    ...after.slice(after.length - end).map(same),
  ];
}

function between(before: readonly string[], after: readonly string[], plain: (line: string) => string): Change[] {
  const removed = (text: string): Change => ({ kind: 'removed', text });
  const added = (text: string): Change => ({ kind: 'added', text });
  if (before.length * after.length > most) return [...before.map(removed), ...after.map(added)];
  // The longest common part, from each place to the end.
  const wide = after.length + 1;
  const common = new Uint32Array((before.length + 1) * wide);
  for (let a = before.length - 1; a >= 0; a--)
    for (let b = after.length - 1; b >= 0; b--)
      common[a * wide + b] =
        plain(before[a]!) === plain(after[b]!)
          ? common[(a + 1) * wide + b + 1]! + 1
          : Math.max(common[(a + 1) * wide + b]!, common[a * wide + b + 1]!);
  const changes: Change[] = [];
  let [a, b] = [0, 0];
  while (a < before.length || b < after.length) {
    if (a < before.length && b < after.length && plain(before[a]!) === plain(after[b]!)) {
      changes.push({ kind: 'same', text: after[b]! });
      a++;
      b++;
    } else if (b >= after.length || (a < before.length && common[(a + 1) * wide + b]! >= common[a * wide + b + 1]!))
      changes.push(removed(before[a++]!));
    else changes.push(added(after[b++]!));
  }
  return changes;
}

/** How many lines differ, in words. */
export function changedInWords(changes: readonly Change[]): string {
  const added = changes.filter(({ kind }) => kind === 'added').length;
  const removed = changes.filter(({ kind }) => kind === 'removed').length;
  const lines = (count: number) => `${count} ${count === 1 ? 'line' : 'lines'}`;
  if (added === 0 && removed === 0) return 'nothing changed';
  if (removed === 0) return `${lines(added)} added`;
  if (added === 0) return `${lines(removed)} removed`;
  return `${lines(Math.max(added, removed))} changed`;
}
