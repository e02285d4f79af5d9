import { useEffect, useState } from 'react';
import { now } from '../live/clock.ts';
import { useLive } from '../live/live.ts';
import { senderOf, useMe } from '../live/session.ts';
import { detailOf } from '../ui/problem.tsx';
import { requestOf, type Draft, type Place } from './draft.ts';
import type { Forecast } from './guess.ts';

/** Typing that rests for so long has stopped. */
const rest = 300;

/** What the server would do with a draft. */
export interface Preview {
  readonly forecast?: Forecast;
  /** How many get it; the forecast names at most a hundred. */
  readonly total?: number;
  /** Why the server would refuse it. */
  readonly refusal?: string;
}

/** What the server would do with a draft as it is; undefined until it has said so, and while there is nothing to ask. */
export function usePreview(draft: Draft, place: Place): Preview | undefined {
  const { parley } = useLive();
  const self = senderOf(useMe());
  const question = questionOf(draft, place);
  const [answer, setAnswer] = useState<{ question: string; preview: Preview }>();
  useEffect(() => {
    if (question === undefined) return;
    const ending = new AbortController();
    const timer = setTimeout(() => {
      parley.rest
        .post('/messages/preview', { body: { ...requestOf(draft, place, now()), sender_id: self }, signal: ending.signal } as never)
        .then(({ deliveries, deliveries_total }) => ({ forecast: { deliveries, doubts: [], isOpen: false }, total: deliveries_total }))
        .catch((error: unknown) => ({ refusal: detailOf(error) }))
        .then((preview: Preview) => {
          if (!ending.signal.aborted) setAnswer({ question, preview });
        });
    }, rest);
    return () => {
      clearTimeout(timer);
      ending.abort();
    };
    // The question is all that the request is made of.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [parley, self, question]);
  return answer !== undefined && answer.question === question ? answer.preview : undefined;
}

/** What is asked, as text, so that the same draft asks only once; undefined if the draft is not complete. */
function questionOf(draft: Draft, { thread, replyTo }: Place): string | undefined {
  const hasPayload = draft.payload.trim() !== '';
  if (draft.to.length === 0 || (draft.text.trim() === '' && !hasPayload) || (hasPayload && !isJson(draft.payload))) return undefined;
  return JSON.stringify([draft, thread, replyTo?.message_id]);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
