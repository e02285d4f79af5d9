import { Parley, ParleyError } from '@parley/client';
import { QueryClient, useQuery } from '@tanstack/react-query';
import { createContext, useContext } from 'react';
import { setServerTime } from './clock.ts';
import type { Me } from './types.ts';

export const queries = new QueryClient({
  defaultOptions: {
    queries: { staleTime: 30_000, refetchOnWindowFocus: false, retry: false },
  },
});

/** The server as a whole: what is asked here is of no single project. */
export const server = new Parley();

/** Who is signed in; null if nobody is. */
export async function readMe(): Promise<Me | null> {
  const sentAt = Date.now();
  try {
    const me = await server.rest.request<Me>('get', '/api/v1/me');
    setServerTime(me.server.time, sentAt, Date.now());
    return me;
  } catch (error) {
    if (error instanceof ParleyError && error.status === 401) return null;
    throw error;
  }
}

/** Signs in with a ticket from a link. */
export async function signIn(ticket: string): Promise<void> {
  await server.rest.request('post', '/api/v1/session', { body: { ticket } });
}

export async function signOut(): Promise<void> {
  await server.rest.request('delete', '/api/v1/session');
}

export function useMeQuery() {
  return useQuery({ queryKey: ['me'], queryFn: readMe, staleTime: 60_000 });
}

export const MeContext = createContext<Me | null>(null);

export function useMe(): Me {
  return useContext(MeContext)!;
}

/** Whether the person may change anything. Observers only look. */
export function useMayAct(): boolean {
  const { kind } = useMe();
  return kind === 'admin' || kind === 'operator';
}

/** Whether the person may change tokens, projects, schemas, and routing rules. */
export function useIsAdmin(): boolean {
  return useMe().kind === 'admin';
}

/** Under which name the person sends: an operator's own, or the operators'. */
export function senderOf(me: Me): string {
  return me.agent_id ?? 'human';
}
