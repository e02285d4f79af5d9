import { useCallback, useRef, useState } from 'react';
import { newKey, useSend } from '../compose/send.ts';
import type { Question } from '../live/types.ts';
import { useNames } from '../parts/people.ts';
import { detailOf } from '../ui/problem.tsx';
import { say } from '../ui/toast.tsx';

/** Says something to whoever asked, in reply to the question, which stays open. */
export function useTell({ agent_id, message_id }: Question) {
  const send = useSend();
  const names = useNames();
  const [isTelling, setTelling] = useState(false);
  const [refusal, setRefusal] = useState<string>();
  // The same until it is stored, so that a second try does not say it twice.
  const key = useRef(newKey());
  const tell = useCallback(
    async (text: string): Promise<boolean> => {
      if (agent_id === null || message_id === null) return false;
      setTelling(true);
      setRefusal(undefined);
      try {
        await send({ to: agent_id, content: text, priority: 3, reply_to: message_id, settle: false }, key.current);
        key.current = newKey();
        say(`Said to ${names(agent_id)}. The question stays open.`);
        return true;
      } catch (error) {
        setRefusal(detailOf(error));
        return false;
      } finally {
        setTelling(false);
      }
    },
    [agent_id, message_id, send, names],
  );
  return { tell, isTelling, refusal };
}
