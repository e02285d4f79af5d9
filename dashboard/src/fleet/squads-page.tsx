import { UsersRound } from 'lucide-react';
import { composing } from '../app/frame-keys.tsx';
import { PageHead } from '../app/page.tsx';
import { ProjectLink } from '../app/link.tsx';
import { useLive } from '../live/live.ts';
import { useMayAct } from '../live/session.ts';
import { useThing, useThings } from '../live/store.ts';
import type { Squad } from '../live/types.ts';
import { useStates } from '../parts/attention.ts';
import { usePerson } from '../parts/people.ts';
import { roleName } from '../parts/roles.ts';
import { StateDot, states } from '../parts/signs.tsx';
import { GroupTile, Tile } from '../parts/tile.tsx';
import { number, plural } from '../parts/times.ts';
import { Button } from '../ui/button.tsx';
import { Command, Empty } from '../ui/empty.tsx';
import { icon } from '../ui/icon.ts';
import { FleetViews } from './views.tsx';

/** The squads, and who is in them. */
export default function SquadsPage() {
  const { squads } = useLive();
  const all = useThings(squads);
  return (
    <>
      <PageHead name="Squads" count={number(all.length)} views={<FleetViews current="fleet/squads" />} />
      <main id="main" className="min-h-0 flex-1 overflow-y-auto p-4" tabIndex={0} aria-label="Squads">
        {squads.isLoaded && all.length === 0 && (
          <Empty icon={<UsersRound {...icon} size={24} />} title="No squad yet">
            A squad is a group of agents that one message reaches.
            <Command>parley squads create alpha --member AGENT</Command>
          </Empty>
        )}
        <ul className="grid gap-4 [grid-template-columns:repeat(auto-fill,minmax(min(100%,20rem),1fr))]">
          {[...all]
            .sort((a, b) => a.name.localeCompare(b.name))
            .map((squad) => (
              <Card key={squad.squad_id} squad={squad} />
            ))}
        </ul>
      </main>
    </>
  );
}

function Card({ squad }: { squad: Squad }) {
  const mayAct = useMayAct();
  return (
    <li className="rounded-lg border bg-card p-4">
      <div className="mb-3 flex items-center gap-2">
        <GroupTile kind="squad" size={28} />
        <div className="min-w-0 flex-1">
          <h2 className="said truncate font-semibold">{squad.name}</h2>
          <p className="truncate text-xs text-foreground-2">
            squad:{squad.squad_id}, {plural(squad.members.length, 'agent')}
            {squad.pause && ', paused'}
          </p>
        </div>
        {mayAct && <Button onClick={() => composing.set(`squad:${squad.squad_id}`)}>Message</Button>}
      </div>
      <ul>
        {squad.members.map(({ agent_id, role }) => (
          <Member key={agent_id} id={agent_id ?? ''} role={role ?? null} />
        ))}
      </ul>
    </li>
  );
}

function Member({ id, role }: { id: string; role: string | null }) {
  const { agents } = useLive();
  const agent = useThing(agents, id);
  const person = usePerson(id, role);
  const stateOf = useStates();
  const state = agent && stateOf(agent);
  return (
    <li>
      <ProjectLink
        to={`fleet/${encodeURIComponent(id)}`}
        className="flex h-[calc(2rem+var(--row-more))] items-center gap-2.5 rounded-sm hover:bg-muted coarse:h-11"
      >
        <span className="relative">
          <Tile person={person} size={20} />
          {state && <StateDot name={state.name} />}
        </span>
        <span className="said truncate">{person.name}</span>
        <span className="said truncate text-xs text-foreground-2">{roleName(role ?? agent?.role)}</span>
        <span className="flex-1" />
        <span className="text-xs text-foreground-2">{state && states[state.name].word}</span>
      </ProjectLink>
    </li>
  );
}
