import { useSyncExternalStore } from 'react';

/** One clock for the page, set by the server's. It ticks every 10 s, and every second for what is younger than a minute. */
let ahead = 0;
const slow = new Set<() => void>();
const fast = new Set<() => void>();
let ticks = 0;
let shown = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

/** How far the server's clock is ahead of this machine's, in milliseconds. */
export function setServerTime(time: string, sentAt: number, receivedAt: number): void {
  const server = Date.parse(time);
  // The answer left the server somewhere between the two; a difference within that time says nothing.
  const difference = server - (sentAt + receivedAt) / 2;
  ahead = Math.abs(difference) > receivedAt - sentAt + 50 ? difference : 0;
  shown = now();
}

/** The server's time now, in milliseconds since 1970. */
export function now(): number {
  return Date.now() + ahead;
}

function tick(): void {
  shown = now();
  ticks++;
  for (const call of [...fast]) call();
  if (ticks % 10 === 0) for (const call of [...slow]) call();
}

function listen(set: Set<() => void>) {
  return (call: () => void) => {
    set.add(call);
    timer ??= setInterval(tick, 1000);
    return () => {
      set.delete(call);
      if (slow.size + fast.size > 0) return;
      clearInterval(timer);
      timer = undefined;
    };
  };
}

const listenSlow = listen(slow);
const listenFast = listen(fast);

/** The time as it was at the last tick: to the second, or to ten. */
export function useNow(isFast = false): number {
  const step = isFast ? 1000 : 10_000;
  const time = useSyncExternalStore(isFast ? listenFast : listenSlow, () => Math.floor(shown / step));
  return Math.max(time * step, 0) || now();
}
