import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useLive } from '../live/live.ts';
import { queries } from '../live/session.ts';
import type { AgentTask, MemoryEntry, Message } from '../live/types.ts';

const page = 500;
const most = 5000;

interface Involved {
  /** Who wrote or was written to. */
  readonly agents: readonly string[];
  readonly threads: readonly string[];
  readonly tasks: readonly string[];
  readonly messages: number;
  /** Whether only the newest messages were looked at. */
  readonly isPart: boolean;
}

/** What the messages of an execution name; nothing without one. */
export function useInvolved(id: string | undefined) {
  const live = useLive();
  useEffect(() => {
    if (id === undefined) return;
    const stop = new AbortController();
    live.watch(
      { messages: { execution: id }, tasks: null, memory: null },
      () => void queries.invalidateQueries({ queryKey: ['involved', live.project, id] }),
      stop.signal,
    );
    return () => stop.abort();
  }, [live, id]);
  return useQuery({
    queryKey: ['involved', live.project, id, 'messages'],
    enabled: id !== undefined,
    queryFn: async ({ signal }): Promise<Involved> => {
      const messages: Message[] = [];
      let after: string | null = null;
      do {
        const next: { items: Message[]; next: string | null } = await live.parley.rest.get('/messages', {
          query: { execution: id, limit: page, excerpt: 1, ...(after ? { after } : {}) } as never,
          signal,
        });
        messages.push(...next.items);
        after = next.next;
      } while (after !== null && messages.length < most);
      const unique = (ids: readonly (string | null)[]) => [...new Set(ids.filter((one): one is string => one !== null && one !== ''))];
      return {
        agents: unique(messages.flatMap(({ sender_id, recipient_id }) => [sender_id, recipient_id])),
        threads: unique(messages.map(({ conversation_thread_id }) => conversation_thread_id)),
        tasks: unique(messages.map(({ task_id }) => task_id)),
        messages: messages.length,
        isPart: after !== null,
      };
    },
  });
}

/** The tasks that messages of an execution name, or that are talked about in its threads. */
export function useTasksOf(id: string | undefined, involved: Involved | undefined) {
  const { parley, project } = useLive();
  return useQuery({
    queryKey: ['involved', project, id, 'tasks', involved?.tasks, involved?.threads],
    enabled: id !== undefined && involved !== undefined,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const threads = new Set(involved!.threads);
      const named = new Set(involved!.tasks);
      const found: AgentTask[] = [];
      let after: string | null = null;
      let read = 0;
      do {
        const next: { items: AgentTask[]; next: string | null } = await parley.rest.get('/tasks', {
          query: { limit: page, ...(after ? { after } : {}) } as never,
          signal,
        });
        found.push(...next.items.filter(({ task_id, thread_id }) => named.has(task_id) || (thread_id !== null && threads.has(thread_id))));
        read += next.items.length;
        after = next.next;
      } while (after !== null && read < most);
      return found;
    },
  });
}

/** The entries of shared memory that those who took part wrote while the execution ran. */
export function useMemoryOf(id: string, involved: Involved | undefined, from: string, to: string | null) {
  const { parley, project } = useLive();
  return useQuery({
    queryKey: ['involved', project, id, 'memory', involved?.agents, from, to],
    enabled: involved !== undefined,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const agents = new Set(involved!.agents);
      const found: MemoryEntry[] = [];
      let after: string | null = null;
      let read = 0;
      do {
        const next: { items: MemoryEntry[]; next: string | null } = await parley.rest.get('/memory', {
          query: { limit: page, ...(after ? { after } : {}) } as never,
          signal,
        });
        found.push(
          ...next.items.filter(
            ({ updated_by, updated_at }) =>
              updated_by !== null &&
              agents.has(updated_by) &&
              Date.parse(updated_at) >= Date.parse(from) &&
              (to === null || Date.parse(updated_at) <= Date.parse(to)),
          ),
        );
        read += next.items.length;
        after = next.next;
      } while (after !== null && read < most);
      return found;
    },
  });
}
