import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import clsx from 'clsx';
import {
  CirclePause,
  CirclePlay,
  CornerDownLeft,
  Database,
  Film,
  Hand,
  Hash,
  MessagesSquare,
  Play,
  Send,
  Settings,
  type LucideIcon,
} from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import { useDeferredValue, useEffect, useId, useMemo, useRef, useState, type ReactNode } from 'react';
import { composing } from '../app/frame-keys.tsx';
import { pages } from '../app/pages.ts';
import { useGo } from '../app/query.ts';
import { usePause } from '../fleet/acting.ts';
import { useLive } from '../live/live.ts';
import { useMayAct } from '../live/session.ts';
import { useThings } from '../live/store.ts';
import { textOf } from '../messages/log-row.tsx';
import { useOpenQuestions, useStates } from '../parts/attention.ts';
import { personOf } from '../parts/people.ts';
import { roleName } from '../parts/roles.ts';
import { StateSign } from '../parts/signs.tsx';
import { firstLine, reveal } from '../parts/text/parse.ts';
import { Tile } from '../parts/tile.tsx';
import { clock } from '../parts/times.ts';
import { partsOf } from '../questions/answering.ts';
import { icon } from '../ui/icon.ts';
import { Kbd } from '../ui/kbd.tsx';
import { groupsFor, type Entry } from './match.ts';

/** From so many letters on, messages are searched. */
const searchFrom = 3;

/** Goes anywhere and does anything, by typing a part of its name. */
export default function Palette({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState('');
  const [active, setActive] = useState(0);
  const list = useId();
  const box = useRef<HTMLDivElement>(null);
  const entries = useEntries();
  const found = useFound(useDeferredValue(text));
  const groups = useMemo(() => groupsFor(text, [...entries, ...found]), [text, entries, found]);
  const flat = groups.flatMap((group) => group.entries);
  const current = flat[Math.min(active, flat.length - 1)];
  const run = (entry: Entry | undefined) => {
    if (!entry) return;
    onClose();
    entry.run();
  };
  useEffect(() => {
    box.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [current]);
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.key === 'ArrowDown') setActive(Math.min(flat.length - 1, active + 1));
    else if (event.key === 'ArrowUp') setActive(Math.max(0, active - 1));
    else if (event.key === 'Home') setActive(0);
    else if (event.key === 'End') setActive(flat.length - 1);
    else if (event.key === 'Enter') run(current);
    else return;
    event.preventDefault();
  };
  return (
    <Radix.Root open onOpenChange={(isOpen) => isOpen || onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-[oklch(0_0_0/0.4)]" />
        <Radix.Content
          aria-describedby={undefined}
          className="fixed left-1/2 top-[10vh] z-50 flex max-h-[75vh] w-[min(40rem,calc(100vw-2rem))] -translate-x-1/2 flex-col overflow-hidden rounded-xl border bg-popover shadow-float"
        >
          <Radix.Title className="sr-only">Search or jump to</Radix.Title>
          <div className="flex items-center gap-2 border-b px-4">
            <input
              autoFocus
              role="combobox"
              aria-label="Search or jump to"
              aria-expanded
              aria-controls={list}
              aria-activedescendant={current ? `${list}-${current.id}` : undefined}
              placeholder="A page, an agent, a thread, or words that were said"
              value={text}
              onChange={(event) => {
                setText(event.target.value);
                setActive(0);
              }}
              onKeyDown={onKeyDown}
              className="h-12 min-w-0 flex-1 bg-transparent text-base outline-none"
            />
            <Kbd>Esc</Kbd>
          </div>
          <div ref={box} id={list} role="listbox" aria-label="Found" className="min-h-0 flex-1 overflow-y-auto p-2">
            {groups.map((group) => (
              <div key={group.name} role="group" aria-label={group.name} className="mb-2">
                <p aria-hidden="true" className="px-2 py-1 text-xs text-foreground-2">
                  {group.name}
                </p>
                {group.entries.map((entry) => (
                  <div
                    key={entry.id}
                    id={`${list}-${entry.id}`}
                    role="option"
                    aria-selected={entry === current}
                    onPointerMove={() => setActive(flat.indexOf(entry))}
                    onClick={() => run(entry)}
                    className={clsx(
                      'flex h-9 cursor-pointer items-center gap-3 rounded-md px-2 coarse:h-11',
                      entry === current && 'bg-muted',
                    )}
                  >
                    <span className="flex w-5 shrink-0 justify-center text-foreground-2">{entry.icon}</span>
                    <span className="said min-w-0 flex-1 truncate" dir="auto">
                      {entry.name}
                      {entry.more && <span className="ml-2 text-foreground-2">{entry.more}</span>}
                    </span>
                    <span className="shrink-0 text-xs text-foreground-2">{entry.aside}</span>
                    {entry === current && <CornerDownLeft {...icon} size={14} className="text-foreground-3" />}
                  </div>
                ))}
              </div>
            ))}
            {flat.length === 0 && <p className="px-2 py-6 text-center text-foreground-2">Nothing found.</p>}
          </div>
          <p className="hidden items-center gap-1.5 border-t px-4 py-2 text-xs text-foreground-2 md:flex">
            <Kbd>@</Kbd> agents <Kbd className="ml-2">#</Kbd> messages <Kbd className="ml-2">/</Kbd> keys <Kbd className="ml-2">&gt;</Kbd>{' '}
            actions
          </p>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

const sign = (Icon: LucideIcon): ReactNode => <Icon {...icon} />;

/** Everything that is known here without asking the server. */
function useEntries(): readonly Entry[] {
  const go = useGo();
  const navigate = useNavigate();
  const { agents } = useLive();
  const all = useThings(agents);
  const stateOf = useStates();
  const questions = useOpenQuestions();
  const mayAct = useMayAct();
  const pause = usePause();
  return useMemo(() => {
    const entries: Entry[] = questions.map((question) => ({
      id: `question-${question.question_id}`,
      group: 'Waiting for you',
      name: firstLine(partsOf(question).asked, 120),
      icon: <Hand {...icon} className="text-person" />,
      run: () => go(`questions/${question.question_id}`),
    }));
    for (const agent of all) {
      const { agent_id, name, role, type } = agent;
      const id = agent_id;
      const state = type === 'human' ? undefined : stateOf(agent);
      entries.push({
        id: `agent-${id}`,
        group: 'Agents',
        name,
        more: roleName(role) ?? type,
        words: id,
        icon: <Tile person={personOf(agent, id)} size={18} />,
        aside: state && <StateSign name={state.name} />,
        run: () => go(`fleet/${encodeURIComponent(id)}`),
      });
      if (!mayAct || type === 'human') continue;
      entries.push(
        { id: `message-${id}`, group: 'Do', name: `Message ${name}`, icon: sign(Send), isOnlyFound: true, run: () => composing.set(id) },
        {
          id: `pause-${id}`,
          group: 'Do',
          name: `${agent.paused ? 'Resume' : 'Pause'} ${name}`,
          icon: sign(agent.paused ? CirclePlay : CirclePause),
          isOnlyFound: true,
          run: () => pause(agent),
        },
      );
    }
    for (const page of pages)
      entries.push({
        id: `page-${page.path}`,
        group: 'Pages',
        name: page.name,
        icon: sign(page.icon),
        aside: <Kbd>G {page.key.toUpperCase()}</Kbd>,
        run: () => go(page.path),
      });
    entries.push({ id: 'replay', group: 'Pages', name: 'Replay', more: 'of the last hour', icon: sign(Film), run: () => go('replay') });
    entries.push({
      id: 'page-settings',
      group: 'Pages',
      name: 'Settings',
      icon: sign(Settings),
      aside: <Kbd>G S</Kbd>,
      run: () => void navigate({ to: '/settings' }),
    });
    if (mayAct)
      entries.push({
        id: 'compose',
        group: 'Do',
        name: 'Write a message',
        icon: sign(Send),
        aside: <Kbd>C</Kbd>,
        run: () => composing.set(''),
      });
    return entries;
  }, [all, questions, stateOf, mayAct, go, navigate, pause]);
}

/** Executions and threads by title, and what the server finds in messages. */
function useFound(text: string): readonly Entry[] {
  const go = useGo();
  const { parley, project } = useLive();
  const words = text.replace(/^[@#>/]/, '').trim();
  const isSearching = words.length >= searchFrom && !/^[@>/]/.test(text);
  const isKey = text.startsWith('/') || (isSearching && !text.startsWith('#'));
  const keys = useQuery({
    queryKey: ['palette-keys', project, words],
    queryFn: ({ signal }) => parley.rest.get('/memory', { query: { prefix: words, limit: 6 }, signal }),
    enabled: isKey,
    placeholderData: (old) => old,
  });
  const messages = useQuery({
    queryKey: ['palette', project, words],
    queryFn: ({ signal }) => parley.rest.get('/messages', { query: { q: words, limit: 6 } as never, signal }),
    enabled: isSearching,
    placeholderData: (old) => old,
  });
  const executions = useQuery({
    queryKey: ['palette-executions', project],
    queryFn: () => parley.rest.get('/executions', { query: { limit: 200 } as never }),
  });
  const threads = useQuery({
    queryKey: ['palette-threads', project],
    queryFn: () => parley.rest.get('/threads', { query: { limit: 200 } as never }),
  });
  return useMemo(
    () => [
      ...(executions.data?.items ?? []).map((execution): Entry => ({
        id: `execution-${execution.execution_id}`,
        group: 'Executions',
        name: firstLine(execution.title ?? 'Without a title', 120),
        icon: sign(Play),
        isOnlyFound: true,
        run: () => go(`executions/${execution.execution_id}`),
      })),
      ...(threads.data?.items ?? []).map((thread): Entry => ({
        id: `thread-${thread.conversation_thread_id}`,
        group: 'Threads',
        name: firstLine(thread.title ?? 'Without text', 120),
        icon: sign(MessagesSquare),
        isOnlyFound: true,
        run: () => go(`threads/${thread.conversation_thread_id}`),
      })),
      ...(isSearching ? (messages.data?.items ?? []) : []).map((message): Entry => ({
        id: `said-${message.message_id}`,
        group: 'Said',
        name: textOf(message),
        icon: sign(Hash),
        aside: clock(Date.parse(message.timestamp)),
        isFound: true,
        run: () => go(`messages/${message.message_id}`),
      })),
      ...(isKey ? (keys.data?.items ?? []) : []).map(({ key, memory_id }): Entry => ({
        id: `key-${memory_id}`,
        group: 'Memory',
        name: reveal(key),
        icon: sign(Database),
        isFound: true,
        run: () => go('memory', { key }),
      })),
    ],
    [executions.data, threads.data, messages.data, keys.data, isSearching, isKey, go],
  );
}
