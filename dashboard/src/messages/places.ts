import type { Message } from '../live/types.ts';

/** The index of the first message that is at least so far in the log; the length if there is none. */
export function indexFrom(messages: readonly Message[], isReached: (message: Message) => boolean): number {
  let low = 0;
  let high = messages.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isReached(messages[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}

export const indexOfSeq = (messages: readonly Message[], seq: number): number => indexFrom(messages, (message) => message.seq >= seq);
