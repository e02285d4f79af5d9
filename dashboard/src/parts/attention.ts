import { useMemo } from 'react';
import { useLive } from '../live/live.ts';
import { useThings } from '../live/store.ts';
import type { Agent, Question, Storm } from '../live/types.ts';
import { useNames } from './people.ts';
import { stateOf, type AgentState } from './state.ts';

/** The open questions to a person, those that end first on top. */
export function useOpenQuestions(): readonly Question[] {
  const { questions } = useLive();
  const all = useThings(questions);
  return useMemo(
    () =>
      all
        .filter(({ status }) => status === 'open')
        .sort((a, b) => (a.deadline ?? '9').localeCompare(b.deadline ?? '9') || a.created_at.localeCompare(b.created_at)),
    [all],
  );
}

export function useOpenStorms(): readonly Storm[] {
  const { storms } = useLive();
  const all = useThings(storms);
  return useMemo(() => all.filter(({ status }) => status === 'open'), [all]);
}

/** What each agent is doing. */
export function useStates(): (agent: Agent) => AgentState {
  const questions = useOpenQuestions();
  const storms = useOpenStorms();
  const names = useNames();
  return useMemo(() => (agent: Agent) => stateOf(agent, questions, storms, names), [questions, storms, names]);
}

/** The sum of the dead letters in all mailboxes. */
export function useDeadCount(): number {
  const { agents } = useLive();
  return useThings(agents).reduce((sum, { mailbox }) => sum + (mailbox.dead ?? 0), 0);
}
