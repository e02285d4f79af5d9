import { FileCheck2, Plus } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useLive } from '../live/live.ts';
import { useIsAdmin } from '../live/session.ts';
import type { MessageSchema } from '../live/types.ts';
import { readJson } from '../memory/saving.ts';
import { Ago } from '../parts/ago.tsx';
import { JsonView } from '../parts/json/json-view.tsx';
import { textOfJson } from '../parts/json/lines.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Empty } from '../ui/empty.tsx';
import { Field, field } from '../ui/field.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';
import { icon } from '../ui/icon.ts';
import { detailOf } from '../ui/problem.tsx';
import { say } from '../ui/toast.tsx';
import { Row, Rows, Section, useSetting } from './parts.tsx';

/** Which payloads a project lets through, by message type. */
export default function SchemasTab() {
  const { parley } = useLive();
  const isAdmin = useIsAdmin();
  const own = useSetting('schemas', () => parley.rest.get('/schemas', { query: { limit: 500 } }), 'schemas');
  const builtin = useSetting(
    'schemas-builtin',
    () => parley.rest.get('/schemas', { query: { limit: 500, builtin: true } as never }),
    'schemas',
  );
  const [shown, setShown] = useState<MessageSchema>();
  const [editing, setEditing] = useState<MessageSchema | 'new'>();
  const [deleting, setDeleting] = useState<MessageSchema>();
  const items = own.data?.items ?? [];
  const offered = (builtin.data?.items ?? []).filter(({ enabled }) => !enabled);
  const reload = () => Promise.all([own.reload(), builtin.reload()]);
  const enable = (type: string) =>
    void parley.rest
      .put('/schemas/{message_type}', { path: { message_type: type }, body: { builtin: true } })
      .then(reload)
      .catch((error: unknown) => say({ text: detailOf(error), isBad: true }));
  return (
    <>
      <Section
        hint="A message of a type with a schema is refused if its payload does not match."
        action={
          isAdmin && (
            <Button look="primary" icon={<Plus {...icon} />} onClick={() => setEditing('new')}>
              New schema
            </Button>
          )
        }
      >
        <Rows
          query={own}
          isEmpty={items.length === 0}
          empty={
            <Empty icon={<FileCheck2 {...icon} size={24} />} title="No type has a schema">
              Every payload is taken.
            </Empty>
          }
        >
          {items.map((schema) => (
            <Row
              key={schema.message_type}
              name={<code className="font-mono text-xs">{schema.message_type}</code>}
              more={
                <>
                  {schema.builtin ? 'ships with Parley' : 'the project’s own'}
                  {schema.updated_at && (
                    <>
                      , set <Ago time={schema.updated_at} isSentence />
                    </>
                  )}
                </>
              }
            >
              <Button size="small" aria-label={`Show ${schema.message_type}`} onClick={() => setShown(schema)}>
                Show
              </Button>
              {isAdmin && (
                <>
                  <Button size="small" aria-label={`Edit ${schema.message_type}`} onClick={() => setEditing(schema)}>
                    Edit
                  </Button>
                  <Button size="small" look="bad" aria-label={`Delete ${schema.message_type}`} onClick={() => setDeleting(schema)}>
                    Delete
                  </Button>
                </>
              )}
            </Row>
          ))}
        </Rows>
      </Section>
      {offered.length > 0 && (
        <Section hint="These ship with Parley and are off. All allow messages without a payload.">
          <ul className="divide-y rounded-lg border bg-card">
            {offered.map((schema) => (
              <Row key={schema.message_type} name={<code className="font-mono text-xs">{schema.message_type}</code>}>
                <Button size="small" aria-label={`Show ${schema.message_type}`} onClick={() => setShown(schema)}>
                  Show
                </Button>
                {isAdmin && (
                  <Button size="small" aria-label={`Enable ${schema.message_type}`} onClick={() => enable(schema.message_type)}>
                    Enable
                  </Button>
                )}
              </Row>
            ))}
          </ul>
        </Section>
      )}
      {shown && (
        <Dialog title={shown.message_type} onClose={() => setShown(undefined)}>
          <JsonView value={shown.schema} label="Schema" />
        </Dialog>
      )}
      {editing && <Edit schema={editing === 'new' ? undefined : editing} onDone={reload} onClose={() => setEditing(undefined)} />}
      {deleting && (
        <FormDialog
          title={`Delete the schema of ${deleting.message_type}?`}
          description="From then on, messages of this type take any payload."
          action="Delete schema"
          isBad
          run={() =>
            parley.rest
              .delete('/schemas/{message_type}', {
                path: { message_type: deleting.message_type },
                ifMatch: deleting.version,
                repeat: false,
              })
              .then(reload)
          }
          onClose={() => setDeleting(undefined)}
        />
      )}
    </>
  );
}

function Edit({ schema, onDone, onClose }: { schema: MessageSchema | undefined; onDone: () => Promise<unknown>; onClose: () => void }) {
  const { parley } = useLive();
  const [type, setType] = useState(schema?.message_type ?? '');
  const [text, setText] = useState(() => textOfJson(schema?.schema ?? { type: 'object', required: [], properties: {} }));
  const read = useMemo(() => readJson(text), [text]);
  const save = async () => {
    if (!('value' in read)) return;
    await parley.rest.put('/schemas/{message_type}', {
      path: { message_type: type.trim() },
      body: { schema: read.value },
      ...(schema ? { ifMatch: schema.version } : {}),
      repeat: false,
    } as never);
    await onDone();
  };
  return (
    <FormDialog
      title={schema ? `Schema of ${schema.message_type}` : 'New schema'}
      action="Save"
      isReady={type.trim() !== '' && 'value' in read}
      run={save}
      onClose={onClose}
    >
      {(faults) => (
        <>
          {!schema && (
            <Field label="Message type" hint="A schema that the type has already is replaced." fault={faults['message_type']}>
              <input autoFocus value={type} onChange={(event) => setType(event.target.value)} className={`${field} font-mono`} />
            </Field>
          )}
          <Field label="JSON Schema (2020-12)" fault={'fault' in read ? read.fault : Object.values(faults)[0]}>
            <textarea
              rows={14}
              dir="ltr"
              spellCheck={false}
              value={text}
              onChange={(event) => setText(event.target.value)}
              className={`${field} font-mono text-xs/5`}
            />
          </Field>
        </>
      )}
    </FormDialog>
  );
}
