import { useEffect, useMemo } from 'react';
import { now, useNow } from './clock.ts';
import type { Message } from './types.ts';
import { useLog } from './use-log.ts';

export const barMinutes = 5;
export const barCount = 12;
const hour = barCount * barMinutes * 60_000;
const nothing = {};
const most = 2000;

export interface Recent {
  /** The newest message of a thread, if it is among the last few hundred of the project. */
  readonly lastOf: (thread: string) => Message | undefined;
  /** The newest message that an agent sent. */
  readonly lastBy: (agent: string) => Message | undefined;
  /** Messages of the last hour in steps of five minutes; undefined where not all of that hour is known here. */
  readonly barsOfThread: (thread: string) => readonly number[] | undefined;
  readonly barsOfAgent: (agent: string) => readonly number[] | undefined;
}

/** What was said lately in the whole project. */
export function useRecent(): Recent {
  const { messages, isComplete, isLoaded, older } = useLog({ filter: nothing });
  const minute = Math.floor(useNow() / 60_000);
  // Back to an hour ago, but never so far that a busy project would fill the page.
  const first = messages[0];
  useEffect(() => {
    const isShort = first !== undefined && Date.parse(first.timestamp) > now() - hour;
    if (isLoaded && !isComplete && isShort && messages.length < most) older();
  }, [first, isLoaded, isComplete, messages.length, older]);
  return useMemo(() => {
    const end = (minute + 1) * 60_000;
    const begin = end - hour;
    const isKnown = isComplete || (messages[0] !== undefined && Date.parse(messages[0].timestamp) < begin);
    const last = new Map<string, Message>();
    const by = new Map<string, Message>();
    const threads = new Map<string, number[]>();
    const agents = new Map<string, number[]>();
    const count = (map: Map<string, number[]>, key: string, bar: number) => {
      const bars = map.get(key) ?? new Array<number>(barCount).fill(0);
      bars[bar]!++;
      map.set(key, bars);
    };
    for (const message of messages) {
      last.set(message.conversation_thread_id, message);
      by.set(message.sender_id, message);
      const bar = Math.floor((Date.parse(message.timestamp) - begin) / (barMinutes * 60_000));
      if (bar < 0 || bar >= barCount) continue;
      count(threads, message.conversation_thread_id, bar);
      count(agents, message.sender_id, bar);
    }
    const none = new Array<number>(barCount).fill(0);
    return {
      lastOf: (id) => last.get(id),
      lastBy: (id) => by.get(id),
      barsOfThread: (id) => (isKnown ? (threads.get(id) ?? none) : undefined),
      barsOfAgent: (id) => (isKnown ? (agents.get(id) ?? none) : undefined),
    };
  }, [messages, isComplete, minute]);
}
