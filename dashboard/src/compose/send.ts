import { useCallback } from 'react';
import { useLive } from '../live/live.ts';
import { senderOf, useMe } from '../live/session.ts';
import type { SendRequest } from '../live/types.ts';

/** Sends as the person who is signed in. The same key makes a second try harmless. */
export function useSend() {
  const { parley } = useLive();
  const me = useMe();
  return useCallback(
    (request: SendRequest, key: string) =>
      parley.rest.post('/messages', { body: { ...request, sender_id: senderOf(me) }, idempotencyKey: key } as never),
    [parley, me],
  );
}

export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
