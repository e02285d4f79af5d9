import { useMemo } from 'react';
import { now } from '../live/clock.ts';
import { useLive } from '../live/live.ts';
import { senderOf, useMe } from '../live/session.ts';
import { useThings } from '../live/store.ts';
import { useOpenQuestions } from '../parts/attention.ts';
import { deliverAt, type Draft, type Place } from './draft.ts';
import { linesOf, type Line } from './forecast.ts';
import { guess } from './guess.ts';
import { usePreview } from './use-preview.ts';

/** What will happen to a draft, in sentences; and how many it reaches, as far as that is known. What the server says takes the place of what this
 * page tells by itself, once typing has stopped. */
export function useForecast(draft: Draft, place: Place): { lines: readonly Line[]; reach: number | undefined } {
  const { to, priority, surface, delay } = draft;
  const { agents, squads } = useLive();
  const everyone = useThings(agents);
  const groups = useThings(squads);
  const questions = useOpenQuestions();
  const self = senderOf(useMe());
  const said = usePreview(draft, place);
  return useMemo(() => {
    const byId = new Map(everyone.map((agent) => [agent.agent_id, agent]));
    const isScheduled = deliverAt({ delay } as Draft, now()) !== undefined;
    if (said?.refusal !== undefined) return { lines: [{ tone: 'person', text: said.refusal }], reach: undefined };
    const forecast = said?.forecast ?? guess({ to, priority, surface, isScheduled }, { agents: everyone, squads: groups, self });
    const asking = new Set(questions.map(({ agent_id }) => agent_id));
    const lines = linesOf(forecast, { agentOf: (id) => byId.get(id), asks: (id) => asking.has(id), now: now() });
    return { lines, reach: forecast.isOpen ? undefined : (said?.total ?? forecast.deliveries.length) };
  }, [to, priority, surface, delay, everyone, groups, questions, self, said]);
}
