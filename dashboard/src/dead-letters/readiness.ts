import type { Agent } from '../live/types.ts';
import type { AgentState } from '../parts/state.ts';

/** Whether whoever did not read could read now, and how good that is for what is requeued. */
export function readerNow({ name }: Pick<Agent, 'name'>, state: Pick<AgentState, 'name'>): { text: string; isGood: boolean } {
  switch (state.name) {
    case 'offline':
      return { text: `${name} is away`, isGood: false };
    case 'error':
      return { text: `${name} reports an error`, isGood: false };
    case 'stalled':
      return { text: `${name} is stalled`, isGood: false };
    case 'paused':
      return { text: `${name} is paused`, isGood: false };
    case 'held':
      return { text: `${name} is held in a storm`, isGood: false };
    case 'blocked':
      return { text: `${name} is connected, and blocked`, isGood: false };
    case 'asks':
      return { text: `${name} is connected, and waits for your answer`, isGood: false };
    default:
      return { text: `${name} is connected now`, isGood: true };
  }
}
