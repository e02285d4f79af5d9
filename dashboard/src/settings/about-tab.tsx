import type { ReactNode } from 'react';
import { useProjectName } from '../app/projects.ts';
import { now, useNow } from '../live/clock.ts';
import { useMe } from '../live/session.ts';
import { Left } from '../parts/ago.tsx';
import { exact, plural } from '../parts/times.ts';

/** Which server this is, and who one is to it. */
export default function AboutTab() {
  const { kind, name, agent_id, projects, expires_at, server } = useMe();
  const project = useProjectName();
  return (
    <dl className="divide-y rounded-lg border bg-card">
      <Fact name="Version">Parley {server.version}</Fact>
      <Fact name="Server’s time">
        <ServerTime />
      </Fact>
      {server.retention_days !== undefined && server.retention_days !== null && (
        <Fact name="The log is kept">
          {server.retention_days === 0 ? 'forever' : `for ${plural(server.retention_days, 'day')}`}, unless a project says otherwise
        </Fact>
      )}
      <Fact name="Signed in as">
        {name ?? agent_id ?? 'nobody by name'}, {kind === 'admin' ? 'an admin' : kind === 'operator' ? 'an operator' : `an ${kind}`}
      </Fact>
      {expires_at && (
        <Fact name="The sign-in ends">
          <Left time={expires_at} />
        </Fact>
      )}
      <Fact name="Project">
        {project}
        {projects.length > 1 && `, one of ${projects.length}`}
      </Fact>
      <Fact name="API">
        <a href="/openapi/v1.json" className="underline decoration-border-strong underline-offset-2 hover:decoration-current">
          The OpenAPI document of this server
        </a>
      </Fact>
      <Fact name="Help">
        <code className="font-mono text-xs">parley help</code> in a terminal; the documentation is in the folder{' '}
        <code className="font-mono text-xs">docs</code> of Parley.
      </Fact>
    </dl>
  );
}

function ServerTime() {
  useNow(true);
  return exact(now());
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="grid gap-x-6 p-4 sm:grid-cols-[10rem_1fr]">
      <dt className="text-foreground-2">{name}</dt>
      <dd className="said">{children}</dd>
    </div>
  );
}
