import { useMemo } from 'react';
import { now } from '../live/clock.ts';
import { useLive } from '../live/live.ts';
import { senderOf, useMe } from '../live/session.ts';
import { useThings } from '../live/store.ts';
import { useOpenQuestions } from '../parts/attention.ts';
import { deliverAt, type Draft } from './draft.ts';
import { linesOf, type Line } from './forecast.ts';
import { guess } from './guess.ts';

/** What will happen to a draft, in sentences; and how many it reaches, as far as that is known. */
export function useForecast({ to, priority, surface, delay }: Draft): { lines: readonly Line[]; reach: number | undefined } {
  const { agents, squads } = useLive();
  const everyone = useThings(agents);
  const groups = useThings(squads);
  const questions = useOpenQuestions();
  const self = senderOf(useMe());
  return useMemo(() => {
    const byId = new Map(everyone.map((agent) => [agent.agent_id, agent]));
    const isScheduled = deliverAt({ delay } as Draft, now()) !== undefined;
    const forecast = guess({ to, priority, surface, isScheduled }, { agents: everyone, squads: groups, self });
    const asking = new Set(questions.map(({ agent_id }) => agent_id));
    const lines = linesOf(forecast, { agentOf: (id) => byId.get(id), asks: (id) => asking.has(id), now: now() });
    return { lines, reach: forecast.isOpen ? undefined : forecast.deliveries.length };
  }, [to, priority, surface, delay, everyone, groups, questions, self]);
}
