import { Plus } from 'lucide-react';
import { useState } from 'react';
import { useLive } from '../live/live.ts';
import { queries, useIsAdmin } from '../live/session.ts';
import type { Project } from '../live/types.ts';
import { Ago } from '../parts/ago.tsx';
import { Button } from '../ui/button.tsx';
import { Field, field } from '../ui/field.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';
import { icon } from '../ui/icon.ts';
import { Row, Rows, Section, useSetting } from './parts.tsx';

/** The settings of a project that are numbers, in words. */
const numbers = {
  mailbox_limit: 'Messages in one mailbox, at most',
  message_ttl_seconds: 'A message expires after, in seconds',
  retry_delay_seconds: 'Delay before the second attempt, in seconds',
  max_attempts: 'Attempts until a delivery is dead',
  max_disconnects: 'Lost connections until a delivery is dead',
  retention_days: 'Days that the log is kept',
  rate_limit_per_second: 'Sends of an agent in a second',
  rate_limit_burst: 'Sends of an agent at once',
  priority_aging_seconds: 'A waiting message rises after, in seconds',
  loop_limit: 'Replies in 60 s that make a storm',
} as const;
type Name = keyof typeof numbers;

/** The projects, and what each sets differently from the server. */
export default function ProjectsTab() {
  const { parley } = useLive();
  const isAdmin = useIsAdmin();
  const projects = useSetting('projects', () => parley.rest.get('/projects', { query: { limit: 500 } }));
  const [editing, setEditing] = useState<Project>();
  const [isCreating, setCreating] = useState(false);
  const [deleting, setDeleting] = useState<Project>();
  const reload = async () => {
    await projects.reload();
    await queries.invalidateQueries({ queryKey: ['projects'] });
  };
  return (
    <Section
      hint="Nothing crosses from one project to another. A project may have settings of its own; where it has none, the server’s apply."
      action={
        isAdmin && (
          <Button look="primary" icon={<Plus {...icon} />} onClick={() => setCreating(true)}>
            New project
          </Button>
        )
      }
    >
      <Rows query={projects} isEmpty={false} empty={null}>
        {projects.data?.items.map((project) => (
          <Row
            key={project.project_id}
            name={
              <>
                {project.name} <code className="font-mono text-xs font-normal text-foreground-2">{project.project_id}</code>
                {project.pause && <span className="text-xs font-normal text-foreground-2">paused</span>}
              </>
            }
            more={
              <>
                made <Ago time={project.created_at} isSentence />. <Own project={project} />
              </>
            }
          >
            {isAdmin && (
              <>
                <Button size="small" aria-label={`Edit ${project.project_id}`} onClick={() => setEditing(project)}>
                  Edit
                </Button>
                {project.project_id !== 'default' && (
                  <Button size="small" look="bad" aria-label={`Delete ${project.project_id}`} onClick={() => setDeleting(project)}>
                    Delete
                  </Button>
                )}
              </>
            )}
          </Row>
        ))}
      </Rows>
      {editing && <EditProject project={editing} onDone={reload} onClose={() => setEditing(undefined)} />}
      {isCreating && <NewProject onDone={reload} onClose={() => setCreating(false)} />}
      {deleting && <DeleteProject project={deleting} onDone={reload} onClose={() => setDeleting(undefined)} />}
    </Section>
  );
}

function Own({ project: { settings } }: { project: Project }) {
  const own = Object.entries(settings).filter(([, value]) => value !== null);
  if (own.length === 0) return 'The server’s settings apply.';
  return own.map(([name, value]) => `${name} ${String(value)}`).join(', ');
}

function EditProject({ project, onDone, onClose }: { project: Project; onDone: () => Promise<void>; onClose: () => void }) {
  const { parley } = useLive();
  const [name, setName] = useState(project.name);
  const [values, setValues] = useState<Partial<Record<Name, string>>>(() =>
    Object.fromEntries(Object.keys(numbers).map((key) => [key, project.settings[key as Name]?.toString() ?? ''])),
  );
  const isReady = Object.values(values).every((text) => Number.isFinite(Number(text)));
  const save = async () => {
    const own = Object.fromEntries(Object.entries(values).map(([key, text]) => [key, text.trim() === '' ? null : Number(text)]));
    await parley.rest.put('/projects/{project_id}', {
      path: { project_id: project.project_id },
      // The key is never shown; without it in the body, the server keeps it.
      body: { name, settings: { ...project.settings, ...own, summary_key: undefined } },
    } as never);
    await onDone();
  };
  return (
    <FormDialog title={`Project ${project.project_id}`} action="Save" isReady={isReady} run={save} onClose={onClose}>
      {(faults) => (
        <>
          <Field label="Name" fault={faults['name']}>
            <input value={name} onChange={(event) => setName(event.target.value)} className={field} />
          </Field>
          <div className="grid gap-3 sm:grid-cols-2">
            {Object.entries(numbers).map(([key, label]) => (
              <Field
                key={key}
                label={label}
                fault={Number.isFinite(Number(values[key as Name])) ? (faults[key] ?? faults[`settings.${key}`]) : 'must be a number'}
              >
                <input
                  inputMode="decimal"
                  placeholder="as the server"
                  value={values[key as Name]}
                  onChange={(event) => setValues({ ...values, [key]: event.target.value })}
                  className={field}
                />
              </Field>
            ))}
          </div>
        </>
      )}
    </FormDialog>
  );
}

function NewProject({ onDone, onClose }: { onDone: () => Promise<void>; onClose: () => void }) {
  const { parley } = useLive();
  const [id, setId] = useState('');
  const [name, setName] = useState('');
  const create = () =>
    parley.rest.post('/projects', { body: { project_id: id, ...(name ? { name } : {}) }, repeat: false } as never).then(onDone);
  return (
    <FormDialog title="New project" action="Create" isReady={id.trim() !== ''} run={create} onClose={onClose}>
      {(faults) => (
        <>
          <Field label="Id" hint="It stands in addresses and cannot be changed." fault={faults['project_id']}>
            <input autoFocus value={id} onChange={(event) => setId(event.target.value)} className={`${field} font-mono`} />
          </Field>
          <Field label="Name" fault={faults['name']}>
            <input value={name} onChange={(event) => setName(event.target.value)} className={field} />
          </Field>
        </>
      )}
    </FormDialog>
  );
}

function DeleteProject({ project, onDone, onClose }: { project: Project; onDone: () => Promise<void>; onClose: () => void }) {
  const { parley } = useLive();
  const [typed, setTyped] = useState('');
  const id = project.project_id;
  return (
    <FormDialog
      title={`Delete ${project.name}?`}
      description="Its agents, messages, memory, tasks, tokens, and its log are deleted. This cannot be undone."
      action="Delete project"
      isBad
      isReady={typed === id}
      run={() => parley.rest.delete('/projects/{project_id}', { path: { project_id: id } }).then(onDone)}
      onClose={onClose}
    >
      {() => (
        <Field label={`Type ${id} to go on`}>
          <input autoFocus value={typed} onChange={(event) => setTyped(event.target.value)} className={field} />
        </Field>
      )}
    </FormDialog>
  );
}
