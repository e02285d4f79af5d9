import clsx from 'clsx';
import { ChevronDown, ChevronRight, CirclePause, CirclePlay, Ellipsis, Send } from 'lucide-react';
import { useState } from 'react';
import { composing } from '../app/frame-keys.tsx';
import { ProjectLink } from '../app/link.tsx';
import { useGo } from '../app/query.ts';
import { useNow } from '../live/clock.ts';
import { useMayAct } from '../live/session.ts';
import type { Agent } from '../live/types.ts';
import type { Recent } from '../live/use-recent.ts';
import { textOf } from '../messages/log-row.tsx';
import { Ago } from '../parts/ago.tsx';
import { Bars } from '../parts/bars.tsx';
import { personOf } from '../parts/people.ts';
import { roleName } from '../parts/roles.ts';
import { StateDot, StateSign } from '../parts/signs.tsx';
import { firstLine } from '../parts/text/parse.ts';
import { Tile } from '../parts/tile.tsx';
import { number, plural } from '../parts/times.ts';
import { IconButton } from '../ui/button.tsx';
import { icon, smallIcon } from '../ui/icon.ts';
import { Actions } from '../ui/menu.tsx';
import { usePause } from './acting.ts';
import type { Group, Row } from './use-fleet.ts';

/** From so long on, a message that waits is trouble. */
const longWait = 600_000;
export const columns =
  '@min-[720px]:grid @min-[720px]:grid-cols-[minmax(10rem,13rem)_minmax(8rem,9.5rem)_minmax(0,1fr)_8rem_2rem] @min-[1040px]:grid-cols-[13.25rem_10.25rem_minmax(0,1fr)_9.5rem_9rem_3.5rem_1.75rem] gap-x-3 px-4';

/** A group of agents, which can be folded. */
export function GroupRows({
  group,
  recent,
  active,
  onActive,
}: {
  group: Group;
  recent: Recent;
  active: string | undefined;
  onActive: (id: string) => void;
}) {
  const [isFolded, setFolded] = useState(false);
  const Chevron = isFolded ? ChevronRight : ChevronDown;
  return (
    <div role="rowgroup" aria-label={group.name || 'All'}>
      {group.name && (
        <div role="row" className="flex h-8 items-center gap-2 border-b bg-background px-4">
          <span role="rowheader" className="font-medium">
            <button
              type="button"
              aria-expanded={!isFolded}
              onClick={() => setFolded(!isFolded)}
              className="said flex items-center gap-2 rounded-sm coarse:min-h-8"
            >
              <Chevron {...smallIcon} className="shrink-0" />
              {group.name}
            </button>
          </span>
          <span role="cell" className="text-xs text-foreground-2">
            {plural(group.rows.length, 'agent')}
          </span>
        </div>
      )}
      {!isFolded &&
        group.rows.map((row) => (
          <AgentRow key={row.agent.agent_id} row={row} recent={recent} isActive={row.agent.agent_id === active} onActive={onActive} />
        ))}
    </div>
  );
}

function AgentRow({
  row: { agent, state, task },
  recent,
  isActive,
  onActive,
}: {
  row: Row;
  recent: Recent;
  isActive: boolean;
  onActive: (id: string) => void;
}) {
  const person = personOf(agent, agent.agent_id);
  const bars = recent.barsOfAgent(agent.agent_id);
  const words = lastWords(agent, recent);
  const go = useGo();
  const subtitle = [roleName(agent.role), agent.specialization?.replace(/_/g, ' ')].filter(Boolean).join(', ');
  return (
    <div
      role="row"
      id={`agent-${agent.agent_id}`}
      onClick={() => {
        onActive(agent.agent_id);
        go(`fleet/${encodeURIComponent(agent.agent_id)}`);
      }}
      className={clsx(
        columns,
        'group relative min-h-[calc(46px+var(--row-more))] cursor-pointer items-center border-b py-1.5 hover:bg-muted @max-[720px]:grid @max-[720px]:grid-cols-[minmax(0,1fr)_auto]',
        isActive && 'bg-accent-soft',
      )}
    >
      <span role="cell" className="flex min-w-0 items-center gap-3">
        <span className="relative shrink-0">
          <Tile person={person} size={28} />
          <span className="@min-[720px]:hidden">
            <StateDot name={state.name} />
          </span>
        </span>
        <span className="min-w-0">
          <ProjectLink to={`fleet/${encodeURIComponent(agent.agent_id)}`} className="said block truncate font-medium">
            {agent.name}
          </ProjectLink>
          <span className="said block truncate text-xs text-foreground-2">{subtitle || agent.type}</span>
        </span>
      </span>
      <span role="cell" className="min-w-0">
        <span className="flex items-center gap-1.5">
          <StateSign name={state.name} />
          <Ago time={state.since} className="text-foreground-2" />
        </span>
        {state.evidence && <span className="said block truncate pl-[22px] text-xs text-foreground-2">{state.evidence}</span>}
      </span>
      <span role="cell" className="min-w-0 @max-[720px]:col-span-2 @max-[720px]:pl-10">
        {task && <span className="said block truncate">{task.title}</span>}
        {words && (
          <span className={clsx('said flex gap-1.5 text-xs', task ? 'text-foreground-2' : 'text-foreground')} dir="auto">
            <span className="truncate @max-[720px]:lines-2 @max-[720px]:whitespace-normal">{words.text}</span>
            <Ago time={words.at} className="shrink-0 text-foreground-2" />
          </span>
        )}
      </span>
      <Mailbox mailbox={agent.mailbox} isAway={agent.status === 'offline' || agent.paused} />
      <span role="cell" className="hidden items-center gap-2 @min-[1040px]:flex">
        {bars && (
          <>
            <Bars bars={bars} isBad={state.name === 'held'} />
            <span aria-hidden="true">{bars.reduce((sum, bar) => sum + bar, 0)}</span>
          </>
        )}
      </span>
      <span
        role="cell"
        className="hidden text-right text-xs text-foreground-2 group-focus-within:invisible group-hover:invisible @min-[1040px]:block"
      >
        {agent.status !== 'offline' ? 'now' : agent.last_seen ? <Ago time={agent.last_seen} /> : 'never'}
      </span>
      <span role="cell" className="relative hidden h-7 @min-[720px]:block">
        <span className="absolute right-0 top-1/2 -translate-y-1/2">
          <RowActions agent={agent} />
        </span>
      </span>
    </div>
  );
}

/** What it last said of what it does, or to anybody: whichever is newer. */
function lastWords({ agent_id, note, note_at, last_message }: Agent, recent: Recent): { text: string; at: string } | undefined {
  const message = recent.lastBy(agent_id);
  const said = message
    ? { text: textOf(message), at: message.timestamp }
    : last_message?.excerpt
      ? { text: firstLine(last_message.excerpt), at: last_message.at }
      : undefined;
  if (note && note_at && (!said || note_at > said.at)) return { text: firstLine(note), at: note_at };
  return said;
}

function Mailbox({ mailbox, isAway }: { mailbox: Agent['mailbox']; isAway: boolean }) {
  const { queued = 0, in_flight = 0, dead = 0, oldest_at } = mailbox;
  const now = useNow();
  const isLong = queued > 0 && !!oldest_at && now - Date.parse(oldest_at) > longWait;
  return (
    <span role="cell" className="min-w-0 text-xs @max-[720px]:col-span-2 @max-[720px]:hidden">
      <span className="block truncate">
        {queued + in_flight + dead === 0 && <span className="text-foreground-2">empty</span>}
        {queued > 0 && (
          <span className={clsx('font-medium', (isLong || (isAway && queued > 5)) && 'text-bad')}>{number(queued)} waiting </span>
        )}
        {in_flight > 0 && <span>{number(in_flight)} in hand </span>}
        {dead > 0 && <span className="text-bad">{number(dead)} dead</span>}
      </span>
      {queued > 0 && oldest_at && (
        <span className="block truncate text-2xs text-foreground-2">
          oldest <Ago time={oldest_at} />
        </span>
      )}
    </span>
  );
}

/** Message, pause, and more. Where there is a pointer, the first two show themselves when it or the focus is in the row. */
function RowActions({ agent }: { agent: Agent }) {
  const mayAct = useMayAct();
  const pause = usePause();
  const go = useGo();
  const Pause = agent.paused ? CirclePlay : CirclePause;
  const path = `fleet/${encodeURIComponent(agent.agent_id)}`;
  const message = () => composing.set(agent.agent_id);
  const more = [
    { label: 'Open', onSelect: () => go(path) },
    { label: 'Its messages', onSelect: () => go('messages', { sender: agent.agent_id }) },
    { label: 'Its tasks', onSelect: () => go(`${path}/tasks`) },
    { label: 'Play its last hour again', onSelect: () => go('replay', { agent: agent.agent_id }) },
  ];
  const acting = [
    { label: 'Message', icon: <Send {...icon} />, onSelect: message },
    { label: agent.paused ? 'Resume' : 'Pause', icon: <Pause {...icon} />, onSelect: () => pause(agent) },
  ];
  return (
    <span
      onClick={(event) => event.stopPropagation()}
      onKeyDown={(event) => event.stopPropagation()}
      role="presentation"
      className="-mr-1.5 flex rounded-md border border-transparent focus-within:border-border focus-within:bg-card group-hover:border-border group-hover:bg-card"
    >
      {mayAct && (
        <span className="hidden group-focus-within:flex group-hover:flex">
          <IconButton label={`Message ${agent.name}`} onClick={message}>
            <Send {...icon} />
          </IconButton>
          <IconButton label={`${agent.paused ? 'Resume' : 'Pause'} ${agent.name}`} onClick={() => pause(agent)}>
            <Pause {...icon} />
          </IconButton>
        </span>
      )}
      <Actions
        trigger={
          <IconButton label={`More for ${agent.name}`}>
            <Ellipsis {...icon} />
          </IconButton>
        }
        actions={[...(mayAct ? acting : []), ...more]}
      />
    </span>
  );
}
