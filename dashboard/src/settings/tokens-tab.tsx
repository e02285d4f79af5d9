import { KeyRound, Plus } from 'lucide-react';
import { useState } from 'react';
import { useProjectId, useProjects } from '../app/projects.ts';
import { now } from '../live/clock.ts';
import { useLive } from '../live/live.ts';
import { server, useIsAdmin } from '../live/session.ts';
import { useThings } from '../live/store.ts';
import type { TokenInfo } from '../live/types.ts';
import { Ago, Left } from '../parts/ago.tsx';
import { useNames } from '../parts/people.ts';
import { Button } from '../ui/button.tsx';
import { Empty } from '../ui/empty.tsx';
import { Field, field } from '../ui/field.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';
import { icon } from '../ui/icon.ts';
import { ShownOnce } from '../ui/once.tsx';
import { Row, Rows, Section, useSetting } from './parts.tsx';

const kinds: Readonly<Record<TokenInfo['kind'], string>> = {
  admin: 'may do everything',
  operator: 'takes part, decides, pauses; cannot change tokens, projects, or rules',
  agent: 'acts as one agent',
  join: 'registers new agents',
  observer: 'sees everything and changes nothing',
};

/** Who may call this server. */
export default function TokensTab() {
  const isAdmin = useIsAdmin();
  const tokens = useSetting('tokens', () => server.rest.get('/tokens', { query: { limit: 500 } }));
  const [isCreating, setCreating] = useState(false);
  const [secret, setSecret] = useState<string>();
  const [revoking, setRevoking] = useState<TokenInfo>();
  const items = tokens.data?.items ?? [];
  return (
    <Section
      hint="Every program calls the server with a token. Only its hash is stored, so that it is shown once and can be revoked at any time."
      action={
        isAdmin && (
          <Button look="primary" icon={<Plus {...icon} />} onClick={() => setCreating(true)}>
            New token
          </Button>
        )
      }
    >
      <Rows query={tokens} isEmpty={items.length === 0} empty={<Empty icon={<KeyRound {...icon} size={24} />} title="There is no token" />}>
        {items.map((token) => (
          <Token key={token.token_id} token={token} onRevoke={isAdmin ? () => setRevoking(token) : undefined} />
        ))}
      </Rows>
      {tokens.data?.next && (
        <p className="mt-2 text-xs text-foreground-2">
          These are the newest 500. <code>parley token list</code> prints all.
        </p>
      )}
      {isCreating && <NewToken onClose={() => setCreating(false)} onMade={(token) => (setSecret(token), void tokens.reload())} />}
      {secret && (
        <ShownOnce title="The new token" secret={secret} onClose={() => setSecret(undefined)}>
          Keep it now: nobody can see it again, not even an admin.
        </ShownOnce>
      )}
      {revoking && (
        <FormDialog
          title="Revoke this token?"
          description={`The ${revoking.kind} token ${revoking.token_id} stops working at once. Connections and sessions that it opened are closed.`}
          action="Revoke"
          isBad
          run={() => server.rest.delete('/tokens/{id}', { path: { id: revoking.token_id } }).then(() => tokens.reload())}
          onClose={() => setRevoking(undefined)}
        />
      )}
    </Section>
  );
}

function Token({ token, onRevoke }: { token: TokenInfo; onRevoke?: (() => void) | undefined }) {
  const { token_id, kind, project_id, agent_id, created_at, expires_at, last_used_at } = token;
  const names = useNames();
  return (
    <Row
      name={
        <>
          <span className="rounded-sm bg-secondary px-1.5 text-xs">{kind}</span>
          {agent_id ? names(agent_id) : project_id ? `project ${project_id}` : 'all projects'}
          <code className="font-mono text-xs font-normal text-foreground-2">{token_id}</code>
        </>
      }
      more={
        <>
          made <Ago time={created_at} isSentence />,{' '}
          {last_used_at ? (
            <>
              last used <Ago time={last_used_at} isSentence />
            </>
          ) : (
            'never used'
          )}
          {expires_at && (
            <>
              , <Left time={expires_at} />
            </>
          )}
        </>
      }
    >
      {onRevoke && (
        <Button look="bad" size="small" aria-label={`Revoke ${token_id}`} onClick={onRevoke}>
          Revoke
        </Button>
      )}
    </Row>
  );
}

const lives = [
  ['', 'never'],
  ['1', 'in 1 day'],
  ['30', 'in 30 days'],
  ['365', 'in 1 year'],
] as const;

function NewToken({ onMade, onClose }: { onMade: (token: string) => void; onClose: () => void }) {
  const { agents } = useLive();
  const everyone = useThings(agents);
  const current = useProjectId();
  const projects = useProjects().data?.items ?? [];
  const [kind, setKind] = useState<TokenInfo['kind']>('observer');
  const [project, setProject] = useState(current);
  const [agent, setAgent] = useState('');
  const [days, setDays] = useState('');
  const isOfAgent = kind === 'agent' || kind === 'operator';
  const mustHaveProject = isOfAgent || kind === 'join';
  const create = async () => {
    const body = {
      kind,
      ...(project ? { project_id: project } : {}),
      ...(isOfAgent ? { agent_id: agent } : {}),
      ...(days ? { expires_at: new Date(now() + Number(days) * 86_400_000).toISOString() } : {}),
    };
    const { token } = await server.rest.post('/tokens', { body } as never);
    onMade(token);
  };
  return (
    <FormDialog title="New token" action="Create" isReady={!isOfAgent || agent.trim() !== ''} run={create} onClose={onClose}>
      {(faults) => (
        <>
          <Field label="Kind" hint={kinds[kind]} fault={faults['kind']}>
            <select value={kind} onChange={(event) => setKind(event.target.value as TokenInfo['kind'])} className={field}>
              {Object.keys(kinds).map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </Field>
          <Field label="Project" fault={faults['project_id']}>
            <select value={project} onChange={(event) => setProject(event.target.value)} className={field}>
              {!mustHaveProject && <option value="">all projects</option>}
              {projects.map(({ project_id, name }) => (
                <option key={project_id} value={project_id}>
                  {name}
                </option>
              ))}
            </select>
          </Field>
          {isOfAgent && (
            <Field
              label="Agent"
              hint={kind === 'operator' ? 'the person, registered with the type human' : undefined}
              fault={faults['agent_id']}
            >
              <input value={agent} list="token-agents" onChange={(event) => setAgent(event.target.value)} className={field} />
              <datalist id="token-agents">
                {everyone.map(({ agent_id }) => (
                  <option key={agent_id}>{agent_id}</option>
                ))}
              </datalist>
            </Field>
          )}
          <Field label="Expires" fault={faults['expires_at']}>
            <select value={days} onChange={(event) => setDays(event.target.value)} className={field}>
              {lives.map(([value, label]) => (
                <option key={value} value={value}>
                  {label}
                </option>
              ))}
            </select>
          </Field>
        </>
      )}
    </FormDialog>
  );
}
