import { useCallback, useEffect, useRef, useState } from 'react';
import { announce } from '../app/announce.tsx';
import { useLive } from '../live/live.ts';
import { Cell, useCell } from '../live/store.ts';
import type { Question } from '../live/types.ts';
import { detailOf } from '../ui/problem.tsx';
import { say } from '../ui/toast.tsx';

/** How long an answer may be taken back. */
export const undoFor = 5000;

export interface Pending {
  readonly question: Question;
  readonly answer: string;
  readonly label: string;
  readonly note: string;
  readonly sendAt: number;
}

/** The answer that is about to be sent; null while there is none. */
export const pendingAnswer = new Cell<Pending | null>(null);

/** Begins to answer a question: it is sent in five seconds, unless it is taken back. */
export function answerSoon(question: Question, answer: string, label: string, note = ''): void {
  pendingAnswer.set({ question, answer, label, note, sendAt: Date.now() + undoFor });
  announce(`Answering ${label} in 5 seconds. Press Z to undo.`);
}

export function takeBack(): void {
  pendingAnswer.set(null);
  announce('Not sent.');
}

/** Sends the answer that is pending, now. */
export function useSendAnswer(): { sendNow: () => void; isWaiting: boolean } {
  const { parley } = useLive();
  const [isWaiting, setWaiting] = useState(false);
  const busy = useRef(false);
  const sendNow = useCallback(() => {
    const pending = pendingAnswer.get();
    if (!pending || busy.current) return;
    busy.current = true;
    setWaiting(true);
    const { question, answer, note } = pending;
    parley.rest
      .post('/questions/{question_id}/answer', {
        path: { question_id: question.question_id },
        body: { answer, ...(note ? { note } : {}) },
      } as never)
      .then(() => say(`Answered: ${pending.label}`))
      .catch((error: unknown) => say({ text: detailOf(error), isBad: true }))
      .finally(() => {
        busy.current = false;
        setWaiting(false);
        pendingAnswer.set(null);
      });
  }, [parley]);
  return { sendNow, isWaiting };
}

/** How many seconds are left to take it back. */
export function useSecondsLeft(pending: Pending | null, atEnd: () => void): number {
  const [left, setLeft] = useState(0);
  const end = useRef(atEnd);
  end.current = atEnd;
  useEffect(() => {
    if (!pending) return;
    const tick = () => {
      const rest = pending.sendAt - Date.now();
      setLeft(Math.max(0, Math.ceil(rest / 1000)));
      if (rest <= 0) end.current();
    };
    tick();
    const timer = setInterval(tick, 200);
    return () => clearInterval(timer);
  }, [pending]);
  return left;
}

export function usePendingAnswer(): Pending | null {
  return useCell(pendingAnswer);
}

/** A question's first line, and the rest: the first is what is asked. */
export function partsOf({ content }: Question): { asked: string; more: string } {
  const text = content.trim();
  const at = text.indexOf('\n');
  return at < 0 ? { asked: text, more: '' } : { asked: text.slice(0, at), more: text.slice(at + 1).trim() };
}
