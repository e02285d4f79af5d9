import { Tornado } from 'lucide-react';
import { useMemo } from 'react';
import { ProjectLink, textLink } from '../app/link.tsx';
import { useLive } from '../live/live.ts';
import type { Storm } from '../live/types.ts';
import { Ago } from '../parts/ago.tsx';
import { useNames } from '../parts/people.ts';
import { firstLine } from '../parts/text/parse.ts';
import { plural, span } from '../parts/times.ts';
import { StormCard } from '../storms/storm-card.tsx';
import { Empty } from '../ui/empty.tsx';
import { icon } from '../ui/icon.ts';
import { Row, Rows, Section, useSetting } from './parts.tsx';

/** Agents that answered each other without end: what is held now, and how earlier ones ended. */
export default function StormsTab() {
  const { parley } = useLive();
  const names = useNames();
  const query = useSetting('storms', () => parley.rest.get('/storms', { query: { limit: 100 } }), 'storms');
  const all = useMemo(() => query.data?.items ?? [], [query.data]);
  const open = all.filter(({ status }) => status === 'open');
  const ended = all.filter(({ status }) => status !== 'open');
  const empty = (
    <Empty icon={<Tornado {...icon} size={24} />} title="No storm yet">
      Parley holds the replies of agents that answer each other too often in a minute, and asks here. The limit is loop_limit of the
      project.
    </Empty>
  );
  return (
    <Section hint="Agents that answer each other too often in a minute are stopped: their further replies are held until a person decides.">
      {open.map((storm) => (
        <div key={storm.storm_id} className="mb-3">
          <StormCard storm={storm} />
          <p className="mt-1 text-right text-xs">
            <ThreadLink storm={storm} />
          </p>
        </div>
      ))}
      {(ended.length > 0 || open.length === 0) && (
        <Rows query={query} isEmpty={ended.length === 0} empty={empty}>
          {ended.map((storm) => (
            <Row
              key={storm.storm_id}
              name={storm.agents.map(names).join(' and ')}
              more={
                <>
                  {plural(storm.replies, 'reply', 'replies')} in {span(storm.window_seconds * 1000)}
                  {storm.first_message?.content && <>, began with “{firstLine(storm.first_message.content, 120)}”</>}. {storm.status}
                  {storm.decided_by && <> by {names(storm.decided_by)}</>} <Ago time={storm.ended_at} isSentence />.
                </>
              }
            >
              <ThreadLink storm={storm} />
            </Row>
          ))}
        </Rows>
      )}
    </Section>
  );
}

function ThreadLink({ storm }: { storm: Storm }) {
  return (
    <ProjectLink to={`threads/${storm.thread_id}`} className={textLink}>
      Open the thread
    </ProjectLink>
  );
}
