import { UserPlus, X } from 'lucide-react';
import { useId, useMemo, useState } from 'react';
import { useLive } from '../live/live.ts';
import { useThings } from '../live/store.ts';
import type { Agent } from '../live/types.ts';
import { addressOf } from '../parts/address.ts';
import { personOf, usePerson } from '../parts/people.ts';
import { GroupTile, Tile } from '../parts/tile.tsx';
import { clock, plural } from '../parts/times.ts';
import { icon } from '../ui/icon.ts';

interface Suggestion {
  readonly address: string;
  readonly name: string;
  readonly reach: string;
  readonly agent?: Agent;
}

const mostShown = 8;

function reachOf({ status, paused, last_seen }: Agent): string {
  if (status === 'offline') return last_seen ? `away since ${clock(Date.parse(last_seen))}` : 'never seen';
  return paused ? 'paused' : status;
}

/** Those that a typed text may mean: what begins with it before what has it elsewhere. */
export function matching(all: readonly Suggestion[], text: string): readonly Suggestion[] {
  const wanted = text.toLowerCase();
  const begins = ({ address, name }: Suggestion) => address.toLowerCase().startsWith(wanted) || name.toLowerCase().startsWith(wanted);
  const has = ({ address, name }: Suggestion) => address.toLowerCase().includes(wanted) || name.toLowerCase().includes(wanted);
  const topic = wanted.startsWith('topic:') && wanted.length > 6 ? [{ address: text, name: text, reach: 'its subscribers' }] : [];
  const found = [...all.filter(begins), ...all.filter((one) => !begins(one) && has(one))];
  return [...topic, ...found].slice(0, mostShown);
}

/** Every address that exists here, and how many it reaches. */
function useSuggestions(): readonly Suggestion[] {
  const { agents, squads } = useLive();
  const all = useThings(agents);
  const groups = useThings(squads);
  return useMemo(() => {
    const count = (values: (string | null)[]) => {
      const counts = new Map<string, number>();
      for (const value of values) if (value) counts.set(value, (counts.get(value) ?? 0) + 1);
      return [...counts].sort(([a], [b]) => a.localeCompare(b));
    };
    return [
      ...all.map((agent) => ({ address: agent.agent_id, name: agent.name, reach: reachOf(agent), agent })),
      ...groups.map(({ squad_id, members }) => ({
        address: `squad:${squad_id}`,
        name: `squad:${squad_id}`,
        reach: plural(members.length, 'agent'),
      })),
      ...count(all.map(({ role }) => role)).map(([role, n]) => ({
        address: `role:${role}`,
        name: `role:${role}`,
        reach: plural(n, 'agent'),
      })),
      ...count(all.flatMap(({ capabilities }) => capabilities)).map(([name, n]) => ({
        address: `capability:${name}`,
        name: `capability:${name}`,
        reach: `one of ${n}`,
      })),
      { address: '*', name: 'everyone', reach: plural(all.length, 'agent') },
      { address: 'human', name: 'the operators', reach: 'people' },
    ];
  }, [all, groups]);
}

/** To whom: chips, and a field that completes. */
export function Recipients({
  to,
  onChange,
  autoFocus,
}: {
  to: readonly string[];
  onChange: (to: string[]) => void;
  autoFocus?: boolean | undefined;
}) {
  const [isAdding, setAdding] = useState(to.length === 0);
  return (
    <div className="flex min-w-0 flex-1 flex-wrap items-center gap-1">
      <span className="text-xs text-foreground-2">To</span>
      {to.map((address) => (
        <Chip key={address} address={address} onRemove={() => onChange(to.filter((one) => one !== address))} />
      ))}
      {isAdding || to.length === 0 ? (
        <Add
          autoFocus={autoFocus || isAdding}
          onBack={() => to.length > 0 && onChange(to.slice(0, -1))}
          onDone={(address) => {
            setAdding(false);
            if (address && !to.includes(address)) onChange([...to, address]);
          }}
        />
      ) : (
        <button
          type="button"
          aria-label="Add a recipient"
          title="Add a recipient"
          onClick={() => setAdding(true)}
          className="inline-flex size-6 items-center justify-center rounded-sm text-foreground-2 hover:bg-secondary coarse:size-11"
        >
          <UserPlus {...icon} />
        </button>
      )}
    </div>
  );
}

function Chip({ address, onRemove }: { address: string; onRemove: () => void }) {
  const { kind, prefix, name } = addressOf(address);
  const person = usePerson(address);
  const isPerson = kind === 'agent' || kind === 'human';
  return (
    <span className="inline-flex h-6 items-center gap-1 rounded-sm bg-secondary pl-1 pr-0.5 text-xs">
      {isPerson ? <Tile person={person} size={16} /> : <GroupTile kind={kind} size={16} />}
      {isPerson ? person.name : `${prefix}${name}`}
      <button
        type="button"
        aria-label={`Remove ${isPerson ? person.name : address}`}
        onClick={onRemove}
        className="inline-flex size-5 items-center justify-center rounded-sm hover:bg-border coarse:size-8"
      >
        <X size={12} aria-hidden="true" />
      </button>
    </span>
  );
}

function Add({ onDone, onBack, autoFocus }: { onDone: (address: string) => void; onBack: () => void; autoFocus: boolean }) {
  const [text, setText] = useState('');
  const [active, setActive] = useState(0);
  const list = useId();
  const all = useSuggestions();
  const found = useMemo(() => matching(all, text.trim()), [all, text]);
  /** What is typed in full is meant, also if the field is left. */
  const exact = () => {
    const wanted = text.trim().toLowerCase();
    return found.find(({ address, name }) => address.toLowerCase() === wanted || name.toLowerCase() === wanted)?.address ?? '';
  };
  const choose = (address: string) => {
    setText('');
    onDone(address);
  };
  const isOpen = text !== '' && found.length > 0;
  return (
    <>
      <input
        autoFocus={autoFocus}
        role="combobox"
        aria-label="To"
        aria-expanded={isOpen}
        aria-controls={list}
        aria-activedescendant={isOpen ? `${list}-${active}` : undefined}
        placeholder="agent, squad:, role:, topic:"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setActive(0);
        }}
        onBlur={() => onDone(exact())}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown') setActive(Math.min(found.length - 1, active + 1));
          else if (event.key === 'ArrowUp') setActive(Math.max(0, active - 1));
          else if (event.key === 'Enter') choose(found[active]?.address ?? text.trim());
          else if (event.key === 'Escape' && text) setText('');
          else if (event.key === 'Backspace' && text === '') onBack();
          else return;
          event.preventDefault();
        }}
        className="h-6 min-w-32 flex-1 bg-transparent text-xs outline-none coarse:h-11"
      />
      <ul id={list} role="listbox" aria-label="Addresses" className={isOpen ? 'basis-full border-t pt-1' : 'hidden'}>
        {isOpen &&
          found.map(({ address, name, reach, agent }, index) => (
            <li
              key={address}
              id={`${list}-${index}`}
              role="option"
              aria-selected={index === active}
              // Before the blur, which would close the list.
              onPointerDown={(event) => {
                event.preventDefault();
                choose(address);
              }}
              className={`flex h-7 cursor-pointer items-center gap-2 rounded-sm px-2 coarse:h-11 ${index === active ? 'bg-muted' : ''}`}
            >
              {agent ? <Tile person={personOf(agent, address)} size={16} /> : <GroupTile kind={addressOf(address).kind} size={16} />}
              <span className="said min-w-0 flex-1 truncate">{name}</span>
              <span className="text-xs text-foreground-2">{reach}</span>
            </li>
          ))}
      </ul>
    </>
  );
}
