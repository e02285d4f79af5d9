import { ScrollText, SearchX } from 'lucide-react';
import { useMemo } from 'react';
import { useAddressQuery } from '../app/query.ts';
import { SearchField } from '../messages/filter-bar.tsx';
import { At } from '../parts/ago.tsx';
import { useNames } from '../parts/people.ts';
import { number } from '../parts/times.ts';
import { Button } from '../ui/button.tsx';
import { Empty } from '../ui/empty.tsx';
import { icon } from '../ui/icon.ts';
import { Choose } from '../ui/menu.tsx';
import { actionOf, most, says, spans, useAudit, type Act } from './audit.ts';
import { Row, Rows, Section } from './parts.tsx';

/** What people did with their tokens, and when. */
export default function AuditTab() {
  const [query, change] = useAddressQuery();
  const span = query['range'] && Object.hasOwn(spans, query['range']) ? query['range'] : '24h';
  const wanted = query['q'] ?? '';
  const audit = useAudit(span);
  const data = audit.data;
  const shown = useMemo(() => (data?.acts ?? []).filter((act) => says(act, wanted)), [data, wanted]);
  const empty =
    wanted && data && data.acts.length > 0 ? (
      <Empty
        icon={<SearchX {...icon} size={24} />}
        title={`Nothing says “${wanted}”`}
        action={<Button onClick={() => change({ q: undefined })}>Show all</Button>}
      />
    ) : (
      <Empty icon={<ScrollText {...icon} size={24} />} title="Nobody has changed anything">
        What admins and operators do appears here: tokens, settings, pauses, and what they do in place of an agent.
      </Empty>
    );
  return (
    <Section
      hint="What admins and operators did in this project. What agents do themselves is in the log of messages and tasks."
      action={
        <div className="flex flex-wrap items-center gap-2">
          <SearchField value={wanted} label="Action, id, who" onChange={(q) => change({ q: q || undefined }, true)} className="w-[180px]" />
          <Choose
            label="Range"
            value={span}
            choices={Object.entries(spans).map(([value, { word }]) => ({ value, label: word }))}
            onChange={(range) => change({ range: range === '24h' ? undefined : range })}
            className="border border-border-strong"
          />
        </div>
      }
    >
      <Rows query={audit} isEmpty={shown.length === 0} empty={empty}>
        {shown.map((act) => (
          <ActRow key={act.seq} act={act} />
        ))}
      </Rows>
      {data?.isPart && (
        <p className="mt-2 text-xs text-foreground-2">These are the newest {number(most)}. A shorter range shows the others.</p>
      )}
    </Section>
  );
}

function ActRow({ act }: { act: Act }) {
  const names = useNames();
  const { action, subject, by, at } = act;
  return (
    <Row
      name={
        <>
          {actionOf(action)}
          <code className="said font-mono text-xs font-normal text-foreground-2">{subject}</code>
        </>
      }
      more={
        <>
          by {by.agent_id ? names(by.agent_id) : by.kind}
          {by.token_id && `, token ${by.token_id}`}
        </>
      }
    >
      <At time={at} className="text-xs text-foreground-2" />
    </Row>
  );
}
