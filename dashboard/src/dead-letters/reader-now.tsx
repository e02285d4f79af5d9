import { useLive } from '../live/live.ts';
import { useThing } from '../live/store.ts';
import { useStates } from '../parts/attention.ts';
import { readerNow } from './readiness.ts';

/** Whether whoever did not read could read now. */
export function ReaderNow({ id, fallback }: { id: string; fallback: string }) {
  const { agents } = useLive();
  const agent = useThing(agents, id);
  const stateOf = useStates();
  if (!agent) return fallback;
  const { text, isGood } = readerNow(agent, stateOf(agent));
  return <span className={isGood ? 'text-good' : undefined}>{text}</span>;
}
