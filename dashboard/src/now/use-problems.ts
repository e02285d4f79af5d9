import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useLive } from '../live/live.ts';
import { useThings } from '../live/store.ts';
import type { AttentionItem, Question } from '../live/types.ts';
import { useOpenQuestions } from '../parts/attention.ts';
import { snoozedOf, stuckOf } from './problems.ts';

export function useDeadLetters() {
  const { parley, project } = useLive();
  return useQuery({
    queryKey: ['dead-letters', project],
    queryFn: () => parley.rest.get('/dead-letters', { query: { limit: 500 } as never }),
    refetchInterval: 15_000,
  });
}

/** What is stuck, as the server judges. */
export function useProblems(): readonly AttentionItem[] {
  const { attention } = useLive();
  const all = useThings(attention);
  return useMemo(() => stuckOf(all), [all]);
}

/** What was put off, questions among them. */
export function useSnoozed(): readonly AttentionItem[] {
  const { attention } = useLive();
  const all = useThings(attention);
  return useMemo(() => snoozedOf(all), [all]);
}

/** The open questions that nobody put off. */
export function useWaiting(): readonly Question[] {
  const questions = useOpenQuestions();
  const snoozed = useSnoozed();
  return useMemo(() => {
    const hidden = new Set(snoozed.map(({ subject }) => subject.question_id));
    return questions.filter(({ question_id }) => !hidden.has(question_id));
  }, [questions, snoozed]);
}
