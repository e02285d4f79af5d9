import { useCallback } from 'react';
import { useLive } from '../live/live.ts';
import { queries, senderOf, useMe } from '../live/session.ts';
import type { DeadLetter } from '../live/types.ts';
import { requestOf, type Difference } from './request.ts';

/** Sends what died again, changed or to another, and takes it off the pile. */
export function useResend() {
  const { parley, project, agents, receipts } = useLive();
  const me = useMe();
  return useCallback(
    async ({ message, delivery }: DeadLetter, difference: Difference, key: string) => {
      const isAgent = agents.get(message.sender_id) !== undefined;
      const request = requestOf(message, isAgent ? message.sender_id : senderOf(me), difference);
      // Sent first: if the second step fails, the message is on its way and its dead copy is still seen, never the other way round.
      await parley.rest.post('/messages', { body: request, idempotencyKey: key } as never);
      try {
        await parley.rest.post('/dead-letters/purge', { body: { delivery_ids: [delivery.delivery_id] } });
      } finally {
        receipts.forget();
        await queries.invalidateQueries({ queryKey: ['dead-letters', project] });
      }
    },
    [parley, project, agents, receipts, me],
  );
}
