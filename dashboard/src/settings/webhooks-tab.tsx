import clsx from 'clsx';
import { CircleCheck, CirclePause, CircleX, Plus, Webhook as Hook } from 'lucide-react';
import { useState } from 'react';
import { newKey } from '../compose/send.ts';
import { useLive } from '../live/live.ts';
import { useMayAct } from '../live/session.ts';
import type { Webhook } from '../live/types.ts';
import { Ago, Left } from '../parts/ago.tsx';
import { number, plural } from '../parts/times.ts';
import { Button } from '../ui/button.tsx';
import { Empty } from '../ui/empty.tsx';
import { Field, field } from '../ui/field.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';
import { icon } from '../ui/icon.ts';
import { ShownOnce } from '../ui/once.tsx';
import { detailOf } from '../ui/problem.tsx';
import { say } from '../ui/toast.tsx';
import { Row, Rows, Section, useSetting } from './parts.tsx';

/** Which other systems get a project's events, and how that goes. */
export default function WebhooksTab() {
  const { parley } = useLive();
  const mayAct = useMayAct();
  const hooks = useSetting('webhooks', () => parley.rest.get('/webhooks', { query: { limit: 500 } }), 'webhooks');
  const [editing, setEditing] = useState<Webhook | 'new'>();
  const [deleting, setDeleting] = useState<Webhook>();
  const [secret, setSecret] = useState<string>();
  const items = hooks.data?.items ?? [];
  const resume = (id: string) =>
    void parley.rest
      .post('/webhooks/{id}/resume', { path: { id } })
      .then(() => hooks.reload())
      .catch((error: unknown) => say({ text: detailOf(error), isBad: true }));
  return (
    <Section
      hint="A webhook posts the project’s events to another system, in order, each at least once. Parley pauses it when deliveries keep failing."
      action={
        mayAct && (
          <Button look="primary" icon={<Plus {...icon} />} onClick={() => setEditing('new')}>
            New webhook
          </Button>
        )
      }
    >
      <Rows
        query={hooks}
        isEmpty={items.length === 0}
        empty={
          <Empty icon={<Hook {...icon} size={24} />} title="No system gets the events">
            A webhook tells a build server or a chat what happens here.
          </Empty>
        }
      >
        {items.map((hook) => (
          <Row
            key={hook.webhook_id}
            name={
              <>
                <State status={hook.status} />
                {hook.url}
              </>
            }
            more={<About hook={hook} />}
          >
            {mayAct && (
              <>
                {hook.status !== 'active' && (
                  <Button size="small" aria-label={`Resume ${hook.url}`} onClick={() => resume(hook.webhook_id)}>
                    Resume
                  </Button>
                )}
                <Button size="small" aria-label={`Edit ${hook.url}`} onClick={() => setEditing(hook)}>
                  Edit
                </Button>
                <Button size="small" look="bad" aria-label={`Delete ${hook.url}`} onClick={() => setDeleting(hook)}>
                  Delete
                </Button>
              </>
            )}
          </Row>
        ))}
      </Rows>
      {editing && (
        <Edit
          hook={editing === 'new' ? undefined : editing}
          onDone={async (made) => {
            if (editing === 'new' && made.secret) setSecret(made.secret);
            await hooks.reload();
          }}
          onClose={() => setEditing(undefined)}
        />
      )}
      {secret && (
        <ShownOnce title="The webhook’s secret" secret={secret} onClose={() => setSecret(undefined)}>
          The receiver checks the signature of each delivery with it. It is not shown again.
        </ShownOnce>
      )}
      {deleting && (
        <FormDialog
          title="Delete this webhook?"
          description={`${deleting.url} gets no more events. What it has not got yet is not delivered.`}
          action="Delete webhook"
          isBad
          run={() => parley.rest.delete('/webhooks/{id}', { path: { id: deleting.webhook_id } }).then(() => hooks.reload())}
          onClose={() => setDeleting(undefined)}
        />
      )}
    </Section>
  );
}

const states = {
  active: { word: 'Active', icon: CircleCheck, tone: 'text-good' },
  paused: { word: 'Paused', icon: CirclePause, tone: 'text-bad' },
  ended: { word: 'Ended', icon: CircleX, tone: 'text-bad' },
};

function State({ status }: { status: Webhook['status'] }) {
  const { word, icon: Icon, tone } = states[status];
  return (
    <span className={clsx('inline-flex items-center gap-1', tone)}>
      <Icon {...icon} size={14} />
      {word}
    </span>
  );
}

function About({ hook }: { hook: Webhook }) {
  const { types, description, reason, failures, last_success_at, last_status, next_attempt_at, missed } = hook;
  return (
    <>
      {description && <>{description}. </>}
      {types && types.length > 0 ? types.join(', ') : 'all events'}.{' '}
      {last_success_at ? (
        <>
          Last delivered <Ago time={last_success_at} isSentence />.
        </>
      ) : (
        'Nothing delivered yet.'
      )}
      {!!failures && (
        <>
          {' '}
          {plural(failures, 'failure')} in a row{last_status ? `, the last with status ${last_status}` : ''}.
        </>
      )}
      {next_attempt_at && !!failures && (
        <>
          {' '}
          Next attempt: <Left time={next_attempt_at} />.
        </>
      )}
      {!!missed && <> {number(missed)} entries of the log were removed before it reached them.</>}
      {reason && <span className="block text-bad">{reason}</span>}
    </>
  );
}

function Edit({ hook, onDone, onClose }: { hook: Webhook | undefined; onDone: (made: Webhook) => Promise<void>; onClose: () => void }) {
  const { parley } = useLive();
  const [url, setUrl] = useState(hook?.url ?? 'https://');
  const [types, setTypes] = useState(hook?.types?.join(', ') ?? '');
  const [description, setDescription] = useState(hook?.description ?? '');
  const [key] = useState(newKey);
  const save = async () => {
    const list = types.split(/[\s,]+/).filter(Boolean);
    const body = { url: url.trim(), types: list.length > 0 ? list : null, description: description.trim() || null };
    const made = hook
      ? await parley.rest.put('/webhooks/{id}', { path: { id: hook.webhook_id }, body } as never)
      : await parley.rest.post('/webhooks', { body, idempotencyKey: key } as never);
    await onDone(made);
  };
  return (
    <FormDialog title={hook ? 'Webhook' : 'New webhook'} action="Save" isReady={url.trim() !== ''} run={save} onClose={onClose}>
      {(faults) => (
        <>
          <Field label="URL" hint="https, and not in the server’s own network unless the server allows that" fault={faults['url']}>
            <input autoFocus value={url} onChange={(event) => setUrl(event.target.value)} className={field} />
          </Field>
          <Field label="Events" hint="Types with * and >, such as build.*, task_failed. Empty for all." fault={faults['types']}>
            <input value={types} spellCheck={false} onChange={(event) => setTypes(event.target.value)} className={field} />
          </Field>
          <Field label="Description" fault={faults['description']}>
            <input value={description} onChange={(event) => setDescription(event.target.value)} className={field} />
          </Field>
        </>
      )}
    </FormDialog>
  );
}
