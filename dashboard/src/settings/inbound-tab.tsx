import type { Schemas } from '@parley/client';
import { Copy, Plus, Webhook } from 'lucide-react';
import { useState } from 'react';
import { ProjectLink, textLink } from '../app/link.tsx';
import { newKey } from '../compose/send.ts';
import { useLive } from '../live/live.ts';
import { useMayAct } from '../live/session.ts';
import { Ago } from '../parts/ago.tsx';
import { Button, IconButton } from '../ui/button.tsx';
import { Empty } from '../ui/empty.tsx';
import { Field, field } from '../ui/field.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';
import { icon } from '../ui/icon.ts';
import { ShownOnce } from '../ui/once.tsx';
import { say } from '../ui/toast.tsx';
import { Row, Rows, Section, useSetting } from './parts.tsx';

type Hook = Schemas['InboundHook'];

const wordsOf = (to: string | readonly string[]) => (typeof to === 'string' ? to : to.join(', '));

/** Addresses at which other systems leave messages for agents. */
export default function InboundTab() {
  const { parley } = useLive();
  const mayAct = useMayAct();
  const hooks = useSetting('inbound', () => parley.rest.get('/inbound', { query: { limit: 500 } }), 'inbound');
  const [editing, setEditing] = useState<Hook | 'new'>();
  const [deleting, setDeleting] = useState<Hook>();
  const [secret, setSecret] = useState<string>();
  const items = hooks.data?.items ?? [];
  return (
    <Section
      hint="An inbound hook is an address that GitHub, a build server, or a script posts to. Each signed post becomes a message."
      action={
        mayAct && (
          <Button look="primary" icon={<Plus {...icon} />} onClick={() => setEditing('new')}>
            New hook
          </Button>
        )
      }
    >
      <Rows
        query={hooks}
        isEmpty={items.length === 0}
        empty={
          <Empty icon={<Webhook {...icon} size={24} />} title="No system posts here">
            A hook has a secret that the other system signs with. It needs no token.
          </Empty>
        }
      >
        {items.map((hook) => (
          <Row key={hook.hook_id} name={hook.name} more={<About hook={hook} />}>
            {mayAct && (
              <>
                <Button size="small" aria-label={`Edit ${hook.name}`} onClick={() => setEditing(hook)}>
                  Edit
                </Button>
                <Button size="small" look="bad" aria-label={`Delete ${hook.name}`} onClick={() => setDeleting(hook)}>
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
        <ShownOnce title="The hook’s secret" secret={secret} onClose={() => setSecret(undefined)}>
          The other system signs each post with it. It is not shown again.
        </ShownOnce>
      )}
      {deleting && (
        <FormDialog
          title={`Delete ${deleting.name}?`}
          description="Posts to its address are refused then. Its messages stay."
          action="Delete hook"
          isBad
          run={() => parley.rest.delete('/inbound/{hook_id}', { path: { hook_id: deleting.hook_id } }).then(() => hooks.reload())}
          onClose={() => setDeleting(undefined)}
        />
      )}
    </Section>
  );
}

function About({ hook }: { hook: Hook }) {
  const { hook_id, to, message_type, path, created_at } = hook;
  const address = path ? new URL(path, location.origin).href : undefined;
  return (
    <>
      <span className="block">
        To {wordsOf(to)}, as {message_type}. Made <Ago time={created_at} isSentence />.{' '}
        <ProjectLink to="messages" query={{ sender: `inbound:${hook_id}` }} className={textLink}>
          Its messages
        </ProjectLink>
      </span>
      {address && (
        <span className="flex items-center gap-1">
          <code className="said min-w-0 select-all font-mono text-2xs">{address}</code>
          <IconButton
            label={`Copy the address of ${hook.name}`}
            onClick={() => void navigator.clipboard?.writeText(address).then(() => say('Address copied'))}
          >
            <Copy {...icon} size={14} />
          </IconButton>
        </span>
      )}
    </>
  );
}

function Edit({ hook, onDone, onClose }: { hook: Hook | undefined; onDone: (made: Hook) => Promise<void>; onClose: () => void }) {
  const { parley } = useLive();
  const [name, setName] = useState(hook?.name ?? '');
  const [to, setTo] = useState(hook ? wordsOf(hook.to) : '');
  const [type, setType] = useState(hook?.message_type ?? 'webhook');
  const [secret, setSecret] = useState('');
  const [key] = useState(newKey);
  const save = async () => {
    const addresses = to.split(/[\s,]+/).filter(Boolean);
    const body = {
      name: name.trim(),
      to: addresses.length === 1 ? addresses[0]! : addresses,
      message_type: type.trim() || null,
      ...(hook ? { priority: hook.priority, thread: hook.thread } : {}),
      ...(secret ? { secret } : {}),
    };
    const made = hook
      ? await parley.rest.put('/inbound/{hook_id}', { path: { hook_id: hook.hook_id }, body } as never)
      : await parley.rest.post('/inbound', { body, idempotencyKey: key } as never);
    await onDone(made);
  };
  return (
    <FormDialog
      title={hook ? 'Inbound hook' : 'New inbound hook'}
      action="Save"
      isReady={name.trim() !== '' && to.trim() !== ''}
      run={save}
      onClose={onClose}
    >
      {(faults) => (
        <>
          <Field label="Name" hint="Who the messages are from" fault={faults['name']}>
            <input autoFocus value={name} onChange={(event) => setName(event.target.value)} className={field} />
          </Field>
          <Field label="To" hint="An agent, squad:, role:, capability:, topic:, or human; several with commas" fault={faults['to']}>
            <input value={to} spellCheck={false} onChange={(event) => setTo(event.target.value)} className={field} />
          </Field>
          <Field label="Message type" fault={faults['message_type']}>
            <input value={type} spellCheck={false} onChange={(event) => setType(event.target.value)} className={field} />
          </Field>
          <Field
            label="Secret"
            hint={hook ? 'Empty to keep the one it has' : 'Empty for one that the server makes; otherwise 16 to 255 characters'}
            fault={faults['secret']}
          >
            <input
              value={secret}
              autoComplete="off"
              spellCheck={false}
              onChange={(event) => setSecret(event.target.value)}
              className={`${field} font-mono text-xs`}
            />
          </Field>
        </>
      )}
    </FormDialog>
  );
}
