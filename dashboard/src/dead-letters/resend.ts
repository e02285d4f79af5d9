import { useCallback } from 'react';
import { useLive } from '../live/live.ts';
import { queries, senderOf, useMe } from '../live/session.ts';
import type { DeadLetter, Message } from '../live/types.ts';
import { requestOf, type Difference } from './request.ts';

const takesAway = ({ content, payload }: Message, difference: Difference): boolean =>
  (difference.content === null && Boolean(content)) || (difference.payload === null && payload !== null && payload !== undefined);

/** Sends what died again, changed or to another, and takes it off the pile. */
export function useResend() {
  const { parley, project, agents, receipts } = useLive();
  const me = useMe();
  return useCallback(
    async ({ message, delivery }: DeadLetter, difference: Difference, key: string) => {
      const isAgent = agents.get(message.sender_id) !== undefined;
      const sender = isAgent ? message.sender_id : senderOf(me);
      try {
        if (!takesAway(message, difference)) {
          const body = { ...difference, sender_id: sender };
          await parley.rest.post('/dead-letters/{delivery_id}/resend', { path: delivery, body, idempotencyKey: key } as never);
          return;
        }
        // A resend can change what a message has, and not take it away. Sent first: if the second step fails, the message is on its way and its dead
        // copy is still seen, never the other way round.
        await parley.rest.post('/messages', { body: requestOf(message, sender, difference), idempotencyKey: key } as never);
        await parley.rest.post('/dead-letters/purge', { body: { delivery_ids: [delivery.delivery_id] } });
      } finally {
        receipts.forget();
        await queries.invalidateQueries({ queryKey: ['dead-letters', project] });
      }
    },
    [parley, project, agents, receipts, me],
  );
}
