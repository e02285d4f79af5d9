import { ArrowDown, ArrowUp, Plus, Route } from 'lucide-react';
import { useState } from 'react';
import { useLive } from '../live/live.ts';
import { useIsAdmin } from '../live/session.ts';
import type { RoutingRule } from '../live/types.ts';
import { number } from '../parts/times.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { Empty } from '../ui/empty.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';
import { icon } from '../ui/icon.ts';
import { detailOf } from '../ui/problem.tsx';
import { say } from '../ui/toast.tsx';
import { Explain } from './explain.tsx';
import { Row, Rows, Section, useSetting } from './parts.tsx';
import { RuleDialog } from './rule-dialog.tsx';
import { inWords, moved, replaced } from './rules.ts';

/** The rules of a project in their order, and where a message would go. */
export default function RoutingTab() {
  const { parley } = useLive();
  const isAdmin = useIsAdmin();
  const set = useSetting('routing', () => parley.rest.get('/routing/rules'), 'routing');
  const stats = useSetting('routing-stats', () => parley.rest.get('/stats/routing'));
  const [editing, setEditing] = useState<{ rule?: RoutingRule; index: number }>();
  const [deleting, setDeleting] = useState<RoutingRule>();
  const [isWaiting, setWaiting] = useState(false);
  const rules = set.data?.rules ?? [];
  const touched = new Map(stats.data?.rules.map(({ name, messages }) => [name, messages]));
  /** All of them are replaced, and only if nobody else has changed them since they were read. */
  const put = async (next: readonly RoutingRule[]) => {
    try {
      await parley.rest.put('/routing/rules', { body: { rules: next }, ifMatch: set.data!.version, repeat: false } as never);
    } finally {
      await set.reload();
    }
  };
  const move = (index: number, by: 1 | -1) => {
    setWaiting(true);
    put(moved(rules, index, by))
      .catch((error: unknown) => say({ text: detailOf(error), isBad: true }))
      .finally(() => setWaiting(false));
  };
  return (
    <>
      <Section
        hint="Each message that is sent meets these rules, from the first to the last. They send it elsewhere, raise its priority, or add metadata."
        action={
          isAdmin &&
          set.data && (
            <Button look="primary" icon={<Plus {...icon} />} onClick={() => setEditing({ index: rules.length })}>
              New rule
            </Button>
          )
        }
      >
        <Rows
          query={set}
          isEmpty={rules.length === 0}
          empty={
            <Empty icon={<Route {...icon} size={24} />} title="There is no rule">
              Each message goes where its sender addressed it.
            </Empty>
          }
        >
          {rules.map((rule, index) => (
            <Row
              key={rule.name}
              name={
                <>
                  <span className="text-xs text-foreground-2">{index + 1}</span> {rule.name}
                </>
              }
              more={
                <>
                  {rule.description && <>{rule.description} </>}
                  {inWords(rule)} {touched.has(rule.name!) && <>Touched {number(touched.get(rule.name!)!)} messages.</>}
                </>
              }
            >
              {isAdmin && (
                <>
                  <IconButton label={`Move ${rule.name} up`} disabled={index === 0 || isWaiting} onClick={() => move(index, -1)}>
                    <ArrowUp {...icon} />
                  </IconButton>
                  <IconButton
                    label={`Move ${rule.name} down`}
                    disabled={index === rules.length - 1 || isWaiting}
                    onClick={() => move(index, 1)}
                  >
                    <ArrowDown {...icon} />
                  </IconButton>
                  <Button size="small" aria-label={`Edit ${rule.name}`} onClick={() => setEditing({ rule, index })}>
                    Edit
                  </Button>
                  <Button size="small" look="bad" aria-label={`Delete ${rule.name}`} onClick={() => setDeleting(rule)}>
                    Delete
                  </Button>
                </>
              )}
            </Row>
          ))}
        </Rows>
      </Section>
      <Explain />
      {editing && (
        <RuleDialog
          rule={editing.rule}
          index={editing.index}
          onSave={async (rule) => put(editing.rule ? replaced(rules, editing.rule, rule) : [...rules, rule])}
          onClose={() => setEditing(undefined)}
        />
      )}
      {deleting && (
        <FormDialog
          title={`Delete the rule ${deleting.name}?`}
          description="Messages that are sent from now on do not meet it. Those that it has moved stay where they are."
          action="Delete rule"
          isBad
          run={async () => put(replaced(rules, deleting))}
          onClose={() => setDeleting(undefined)}
        />
      )}
    </>
  );
}
