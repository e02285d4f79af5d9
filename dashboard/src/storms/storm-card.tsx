import { CirclePause, CirclePlay, CornerDownLeft, Tornado } from 'lucide-react';
import { lazy, Suspense, useState, type ReactNode } from 'react';
import { useLive } from '../live/live.ts';
import { useMayAct } from '../live/session.ts';
import { useCell } from '../live/store.ts';
import type { Storm } from '../live/types.ts';
import { Ago } from '../parts/ago.tsx';
import { useNames, usePerson } from '../parts/people.ts';
import { firstLine } from '../parts/text/parse.ts';
import { Tile } from '../parts/tile.tsx';
import { number, plural, span } from '../parts/times.ts';
import { Button } from '../ui/button.tsx';
import { icon } from '../ui/icon.ts';
import { detailOf } from '../ui/problem.tsx';
import { useStormActions } from './acting.ts';
import { useStorm } from './use-storm.ts';
import { ZigzagView } from './zigzag-view.tsx';

const CancelStorm = lazy(() => import('./cancel-storm.tsx'));

/** Agents that answer each other without end: who, how often, what began it, their last words, and what a person can do. */
export function StormCard({ storm }: { storm: Storm }) {
  const names = useNames();
  const mayAct = useMayAct();
  const { storm: whole, said } = useStorm(storm);
  const { agents, replies, held, window_seconds, started_at } = storm;
  const both = agents.map(names).join(' and ');
  const began = whole?.first_message?.content;
  const lastOf = (id: string) => whole?.last_messages.findLast(({ sender_id }) => sender_id === id)?.content;
  return (
    <section aria-label={`Storm of ${both}`} className="overflow-hidden rounded-lg border border-bad-line bg-card">
      <div className="space-y-2 px-3 py-2.5">
        <div className="flex gap-2">
          <Tornado {...icon} className="mt-0.5 shrink-0 text-bad" />
          <div className="min-w-0 flex-1">
            <p className="font-medium">
              {agents.map((id, index) => (
                <span key={id}>
                  {index > 0 && (index === agents.length - 1 ? ' and ' : ', ')}
                  <Who id={id} />
                </span>
              ))}{' '}
              answered each other {number(replies)} times in {span(window_seconds * 1000)}.
            </p>
            <p className="said text-xs text-foreground-2">
              {began && <>Began with: “{firstLine(began, 160)}” </>}
              No task moved, no person spoke. Nothing is lost.
            </p>
          </div>
          <Ago time={started_at} className="shrink-0 text-xs text-foreground-2" />
        </div>
        <ZigzagView
          said={said}
          agents={agents}
          held={held}
          label={`${plural(replies, 'reply', 'replies')} to and fro between ${both}, then ${held} held`}
        />
        <ul className="space-y-1" aria-label="Their last words">
          {agents.map((id) => {
            const words = lastOf(id);
            return (
              words && (
                <li key={id} className="flex min-w-0 items-center gap-2">
                  <Who id={id} />
                  <span className="said min-w-0 truncate text-foreground-2" dir="auto">
                    {firstLine(words, 200)}
                  </span>
                </li>
              )
            );
          })}
        </ul>
      </div>
      {mayAct && <Decide storm={storm} both={both} />}
    </section>
  );
}

function Who({ id }: { id: string }) {
  const person = usePerson(id);
  return (
    <span className="inline-flex shrink-0 items-center gap-1.5 align-top font-medium">
      <Tile person={person} size={18} />
      {person.name}
    </span>
  );
}

/** What a person can do. */
function Decide({ storm, both }: { storm: Storm; both: string }) {
  const { line } = useLive();
  const isLive = useCell(line).status === 'live';
  const { release, cancel, pause, isPaused } = useStormActions(storm);
  const [isDeciding, setDeciding] = useState(false);
  const [isAsking, setAsking] = useState(false);
  const [isWaiting, setWaiting] = useState(false);
  const [refusal, setRefusal] = useState<string>();
  const { held, agents } = storm;
  const all = agents.length === 2 ? 'both' : `all ${agents.length}`;
  const act = (run: () => Promise<void>) => {
    setWaiting(true);
    setRefusal(undefined);
    run()
      .catch((error: unknown) => setRefusal(detailOf(error)))
      .finally(() => setWaiting(false));
  };
  const foot = (children: ReactNode) => (
    <div className="border-t px-3 py-2.5">
      {refusal && (
        <p role="alert" className="mb-2 text-xs text-bad">
          {refusal}
        </p>
      )}
      {children}
    </div>
  );
  if (isDeciding)
    return foot(
      <DecideFor
        label={`What you decide, for ${both}`}
        action={`Tell ${all}, and let ${held} go on`}
        isWaiting={isWaiting}
        isLive={isLive}
        onSend={(text) => act(() => release(text))}
        onClose={() => setDeciding(false)}
      />,
    );
  return (
    <>
      {foot(
        <p className="flex flex-wrap gap-1.5">
          <Button look="primary" disabled={!isLive} onClick={() => setDeciding(true)}>
            Decide for them…
          </Button>
          <Button disabled={!isLive} isWaiting={isWaiting} onClick={() => act(() => release())}>
            Let {held} go on
          </Button>
          <Button look="bad" disabled={!isLive} onClick={() => setAsking(true)}>
            Cancel {held}
          </Button>
          <Button
            look="ghost"
            disabled={!isLive}
            isWaiting={isWaiting}
            icon={isPaused ? <CirclePlay {...icon} /> : <CirclePause {...icon} />}
            onClick={() => act(pause)}
          >
            {isPaused ? `Resume ${all}` : `Pause ${all}`}
          </Button>
        </p>,
      )}
      <Suspense>{isAsking && <CancelStorm held={held} who={both} run={cancel} onClose={() => setAsking(false)} />}</Suspense>
    </>
  );
}

interface DecideForProps {
  label: string;
  action: string;
  isWaiting: boolean;
  isLive: boolean;
  onSend: (text: string) => void;
  onClose: () => void;
}

/** A person's word to all of them, which they get before the held replies. */
function DecideFor({ label, action, isWaiting, isLive, onSend, onClose }: DecideForProps) {
  const [text, setText] = useState('');
  const isReady = isLive && text.trim() !== '';
  const send = () => isReady && !isWaiting && onSend(text.trim());
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <textarea
        autoFocus
        rows={2}
        aria-label={label}
        placeholder={label}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) send();
          else if (event.key === 'Escape') onClose();
          else return;
          event.preventDefault();
          event.stopPropagation();
        }}
        className="field-sizing-content block max-h-40 min-h-14 w-full resize-none rounded-md border border-control bg-card px-2 py-1.5 text-base"
      />
      <p className="mt-2 flex flex-wrap items-center gap-2">
        <span className="min-w-0 flex-1 text-xs text-foreground-2">They get it first, with an operator’s authority.</span>
        <Button look="ghost" onClick={onClose}>
          Back
        </Button>
        <Button look="primary" type="submit" disabled={!isReady} isWaiting={isWaiting}>
          {action}
          <CornerDownLeft {...icon} size={14} />
        </Button>
      </p>
    </form>
  );
}
