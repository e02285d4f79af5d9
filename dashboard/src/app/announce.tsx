import { Cell, useCell } from '../live/store.ts';

const polite = new Cell('');
const between = 10_000;
let last = 0;
let due: ReturnType<typeof setTimeout> | undefined;
let pending = 0;

/** Tells screen readers how many messages came, at most every 10 s. */
export function announceMessages(count: number): void {
  pending += count;
  due ??= setTimeout(
    () => {
      due = undefined;
      last = Date.now();
      polite.set(`${pending} new ${pending === 1 ? 'message' : 'messages'}`);
      pending = 0;
    },
    Math.max(0, last + between - Date.now()),
  );
}

/** Tells screen readers at once. */
export function announce(text: string): void {
  polite.set(text);
}

export function Announcer() {
  return (
    <div aria-live="polite" className="sr-only">
      {useCell(polite)}
    </div>
  );
}
