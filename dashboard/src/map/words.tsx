import clsx from 'clsx';
import { ArrowLeft, ArrowLeftRight, Tornado } from 'lucide-react';
import { composing } from '../app/frame-keys.tsx';
import { ProjectLink } from '../app/link.tsx';
import { now } from '../live/clock.ts';
import { useLive } from '../live/live.ts';
import { useMayAct } from '../live/session.ts';
import { useThing } from '../live/store.ts';
import { Ago } from '../parts/ago.tsx';
import { useOpenQuestions, useOpenStorms, useStates } from '../parts/attention.ts';
import { usePeople } from '../parts/pairs.ts';
import type { Person } from '../parts/people.ts';
import { StateSign } from '../parts/signs.tsx';
import { sinceOf, spans, type SpanKey } from '../parts/spans.ts';
import { nobody, type Talk } from '../parts/talks.ts';
import { firstLine } from '../parts/text/parse.ts';
import { Tile } from '../parts/tile.tsx';
import { number, plural } from '../parts/times.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { icon } from '../ui/icon.ts';
import { AboutWhat, useThreadsOf } from './about-what.tsx';
import { squadSeat } from './ring.ts';
import { isHeld, type Graph } from './use-graph.ts';

interface Props {
  graph: Graph;
  talks: readonly Talk[];
  span: SpanKey;
  selected: string | undefined;
  openSquad: string | undefined;
  onSelect: (id: string | undefined) => void;
  onSquad: (id: string | undefined) => void;
}

/** The ring in words: what a screen reader and a phone get. */
export function Words(props: Props) {
  return (
    <aside
      aria-label="In words"
      className="min-h-0 shrink-0 border-t bg-background max-lg:flex-1 lg:w-[300px] lg:overflow-y-auto lg:border-l lg:border-t-0 xl:w-[352px]"
      tabIndex={0}
    >
      {props.selected === undefined ? <Everyone {...props} /> : <One key={props.selected} {...props} id={props.selected} />}
    </aside>
  );
}

/** From the one who is looked at. */
interface Partner {
  readonly id: string;
  readonly to: number;
  readonly from: number;
}

function partnersOf(id: string, talks: readonly Talk[]): Partner[] {
  return talks
    .flatMap(({ a, b, there, back }): Partner[] =>
      a === id ? [{ id: b, to: there, from: back }] : b === id ? [{ id: a, to: back, from: there }] : [],
    )
    .sort((one, other) => other.to + other.from - one.to - one.from);
}

function Everyone({ graph, talks, span, onSelect, onSquad, openSquad }: Props) {
  const personFor = usePeople();
  const storms = useOpenStorms();
  const folded = graph.ring.seats.filter(({ isSquad }) => isSquad);
  return (
    <div className="p-4">
      {storms.map((storm) => (
        <p key={storm.storm_id} className="mb-3 flex items-start gap-2 text-bad">
          <Tornado {...icon} className="mt-0.5 shrink-0" />
          <ProjectLink to={`threads/${storm.thread_id}`} className="said hover:underline">
            {storm.agents.map((id) => personFor(id).name).join(' and ')} are held as a storm
          </ProjectLink>
        </p>
      ))}
      {talks.length === 0 && <p className="mb-3 text-foreground-2">Nobody talked {spans[span].words}.</p>}
      {graph.groups.map((group) => {
        const isFolded = folded.some((seat) => seat.group === group.id);
        return (
          <section key={group.id} aria-label={group.name} className="mb-4">
            <h2 className="mb-1 flex items-center gap-2 text-xs">
              <span className="said truncate">{group.name}</span>
              <span className="text-foreground-2">{plural(group.members.length, 'agent')}</span>
              <span className="flex-1" />
              {folded.length > 0 && (
                <Button
                  size="small"
                  look="ghost"
                  aria-expanded={!isFolded}
                  onClick={() => onSquad(group.id === openSquad ? undefined : group.id)}
                >
                  {isFolded ? 'Open' : 'Close'}
                </Button>
              )}
            </h2>
            {isFolded && <p className="px-1 text-xs text-foreground-2">{squadWords(graph, group.id, personFor)}</p>}
            {!isFolded && (
              <ul>
                {group.members.map((id) => (
                  <Member key={id} id={id} partners={partnersOf(id, talks)} onSelect={() => onSelect(id)} />
                ))}
              </ul>
            )}
          </section>
        );
      })}
    </div>
  );
}

/** What the lines of a squad that is not opened say. */
function squadWords({ edges, nodes }: Graph, id: string, personFor: (id: string) => Person): string {
  const seat = squadSeat(id);
  const talks = edges
    .flatMap(({ a, b, count }) => (a === seat ? [{ id: b, count }] : b === seat ? [{ id: a, count }] : []))
    .sort((one, other) => other.count - one.count);
  const first = talks[0];
  if (!first) return 'talked with nobody outside';
  const name = (nodes.get(first.id)?.person ?? personFor(first.id)).name;
  const sum = plural(
    talks.reduce((total, { count }) => total + count, 0),
    'message',
  );
  return talks.length === 1 ? `${sum} with ${name}` : `${sum} with ${talks.length} others, most with ${name}`;
}

function Member({ id, partners, onSelect }: { id: string; partners: readonly Partner[]; onSelect: () => void }) {
  const personFor = usePeople();
  const person = personFor(id);
  const sum = partners.reduce((total, { to, from }) => total + to + from, 0);
  const first = partners[0];
  return (
    <li>
      <button
        type="button"
        onClick={onSelect}
        className="flex min-h-10 w-full items-center gap-2.5 rounded-sm px-1 text-left hover:bg-muted coarse:min-h-11"
      >
        <Tile person={person} size={20} />
        <span className="min-w-0 flex-1">
          <span className="said block truncate font-medium">{person.name}</span>
          <span className="said block truncate text-xs text-foreground-2">
            {!first
              ? 'talked with nobody'
              : partners.length === 1
                ? `talks with ${personFor(first.id).name}`
                : `talks with ${partners.length}, most with ${personFor(first.id).name}`}
          </span>
        </span>
        {sum > 0 && (
          <span className="text-xs text-foreground-2">
            {number(sum)}
            <span className="sr-only"> messages</span>
          </span>
        )}
      </button>
    </li>
  );
}

function One({ id, graph, talks, span, onSelect }: Props & { id: string }) {
  const { agents } = useLive();
  const agent = useThing(agents, id);
  const stateOf = useStates();
  const personFor = usePeople();
  const mayAct = useMayAct();
  const threads = useThreadsOf(id);
  const person = personFor(id);
  const state = agent && agent.type !== 'human' ? stateOf(agent) : undefined;
  const partners = partnersOf(id, talks);
  const isKnown = agent !== undefined || id === 'human' || graph.people.includes(id);
  return (
    <>
      <div className="flex items-center gap-2.5 border-b p-4">
        <IconButton label="Everyone" onClick={() => onSelect(undefined)} className="-ml-2 -mr-2">
          <ArrowLeft {...icon} />
        </IconButton>
        <Tile person={person} size={32} />
        <div className="min-w-0 flex-1">
          <h2 className="said truncate font-semibold">{person.name}</h2>
          {state && (
            <p className="flex items-center gap-1.5 whitespace-nowrap text-xs">
              <StateSign name={state.name} />
              <Ago time={state.since} className="text-foreground-2" />
            </p>
          )}
          {!isKnown && <p className="text-xs text-foreground-2">is not an agent of this project</p>}
        </div>
        {agent && (
          <>
            {mayAct && <Button onClick={() => composing.set(id)}>Message</Button>}
            <ProjectLink to={`fleet/${encodeURIComponent(id)}`} className="-mx-1 rounded-md px-2 py-1 font-medium hover:bg-secondary">
              Open
            </ProjectLink>
          </>
        )}
      </div>
      <section aria-label="Talks with" className="border-b p-4">
        <h3 className="mb-1.5 text-xs">Talks with</h3>
        {partners.length === 0 && <p className="text-foreground-2">Nobody {spans[span].words}.</p>}
        <ul>
          {partners.map((partner) => (
            <PartnerRow
              key={partner.id}
              id={id}
              partner={partner}
              since={sinceOf(span, now())}
              title={threads.find(({ participants }) => participants.includes(partner.id))?.title ?? null}
              onSelect={() => onSelect(partner.id)}
            />
          ))}
        </ul>
      </section>
      <AboutWhat threads={threads} />
    </>
  );
}

interface PartnerProps {
  id: string;
  partner: Partner;
  since: string;
  /** Of the newest thread that both are in. */
  title: string | null;
  onSelect: () => void;
}

function PartnerRow({ id, partner, since, title, onSelect }: PartnerProps) {
  const personFor = usePeople();
  const storms = useOpenStorms();
  const questions = useOpenQuestions();
  const person = personFor(partner.id);
  const own = personFor(id).name;
  const open = [id, partner.id].includes('human')
    ? questions.filter(({ agent_id }) => agent_id === id || agent_id === partner.id).length
    : 0;
  const held = isHeld(storms, id, partner.id);
  const about = held
    ? 'held as a storm'
    : open > 0
      ? `${plural(open, 'question')} ${open === 1 ? 'is' : 'are'} open`
      : title && firstLine(title, 80);
  return (
    <li className="flex min-h-11 items-center gap-2.5">
      <button
        type="button"
        onClick={onSelect}
        className="flex min-w-0 flex-1 items-center gap-2.5 rounded-sm text-left hover:bg-muted coarse:min-h-11"
      >
        <Tile person={person} size={20} />
        <span className="min-w-0">
          <span className="said block truncate font-medium">{person.name}</span>
          {about && (
            <span className={clsx('said block truncate text-xs', held ? 'text-bad' : 'text-foreground-2')} dir="auto">
              {about}
            </span>
          )}
        </span>
      </button>
      <span className="flex shrink-0 items-center gap-1 text-xs">
        <Count count={partner.to} from={id} to={partner.id} since={since} label={`from ${own} to ${person.name}`} />
        <ArrowLeftRight {...icon} size={12} className="text-foreground-3" />
        <Count count={partner.from} from={partner.id} to={id} since={since} label={`from ${person.name} to ${own}`} />
      </span>
    </li>
  );
}

function Count({ count, from, to, since, label }: { count: number; from: string; to: string; since: string; label: string }) {
  const title = `${plural(count, 'message')} ${label}`;
  const look = 'inline-flex min-h-6 min-w-6 items-center justify-center rounded-sm px-1';
  if (from === nobody || to === nobody || count === 0)
    return (
      <span className={look} title={title}>
        {number(count)}
        <span className="sr-only"> {label}</span>
      </span>
    );
  return (
    <ProjectLink
      to="messages"
      query={{ sender: from, recipient: to, since }}
      title={title}
      aria-label={title}
      className={clsx(look, 'hover:bg-secondary')}
    >
      {number(count)}
    </ProjectLink>
  );
}
