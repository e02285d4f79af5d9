import { Link, useParams } from '@tanstack/react-router';
import clsx from 'clsx';
import { lazy, Suspense, type ComponentType, type LazyExoticComponent } from 'react';
import { PageHead } from '../app/page.tsx';
import { NotFound } from '../app/not-found.tsx';
import { useProjectId, useProjects } from '../app/projects.ts';
import { useAddressQuery } from '../app/query.ts';
import { Choose } from '../ui/menu.tsx';
import { Skeleton } from '../ui/skeleton.tsx';

interface Tab {
  readonly name: string;
  readonly page: LazyExoticComponent<ComponentType>;
  /** Whether it is about one project. */
  readonly isOfProject?: boolean;
}

const tabs: Readonly<Record<string, Tab>> = {
  tokens: { name: 'Tokens', page: lazy(() => import('./tokens-tab.tsx')) },
  projects: { name: 'Projects', page: lazy(() => import('./projects-tab.tsx')) },
  routing: { name: 'Routing rules', page: lazy(() => import('./routing-tab.tsx')), isOfProject: true },
  schemas: { name: 'Schemas', page: lazy(() => import('./schemas-tab.tsx')), isOfProject: true },
  webhooks: { name: 'Webhooks', page: lazy(() => import('./webhooks-tab.tsx')), isOfProject: true },
  inbound: { name: 'Inbound hooks', page: lazy(() => import('./inbound-tab.tsx')), isOfProject: true },
  budgets: { name: 'Budgets', page: lazy(() => import('./budgets-tab.tsx')), isOfProject: true },
  storms: { name: 'Storms', page: lazy(() => import('./storms-tab.tsx')), isOfProject: true },
  audit: { name: 'Audit', page: lazy(() => import('./audit-tab.tsx')), isOfProject: true },
  keys: { name: 'Keys and look', page: lazy(() => import('./keys-tab.tsx')) },
  about: { name: 'About', page: lazy(() => import('./about-tab.tsx')) },
};

/** What is set for the server, a project, and this browser. */
export default function SettingsPage() {
  const { tab: id = 'tokens' } = useParams({ strict: false }) as { tab?: string };
  const tab = Object.hasOwn(tabs, id) ? tabs[id] : undefined;
  if (!tab) return <NotFound />;
  const { page: Page } = tab;
  return (
    <>
      <PageHead name="Settings" views={<Tabs current={id} />}>
        {tab.isOfProject && <OfProject />}
      </PageHead>
      <main id="main" className="min-h-0 flex-1 overflow-y-auto bg-background" tabIndex={0} aria-label={tab.name}>
        <div className="mx-auto max-w-[860px] p-4">
          <Suspense fallback={<Skeleton />}>
            <Page />
          </Suspense>
        </div>
      </main>
    </>
  );
}

function Tabs({ current }: { current: string }) {
  const project = useProjectId();
  return (
    <nav aria-label="Settings" className="relative flex min-w-0 gap-1 overflow-x-auto">
      {Object.entries(tabs).map(([id, { name }]) => (
        <Link
          key={id}
          to={`/settings/${id}` as never}
          search={{ project } as never}
          aria-current={id === current ? 'page' : undefined}
          className={clsx(
            'flex h-7 shrink-0 items-center rounded-md px-2.5 coarse:h-11',
            id === current ? 'bg-secondary font-medium' : 'text-foreground-2 hover:bg-muted',
          )}
        >
          {name}
        </Link>
      ))}
    </nav>
  );
}

function OfProject() {
  const project = useProjectId();
  const { data } = useProjects();
  const [, change] = useAddressQuery();
  const choices = (data?.items ?? []).map(({ project_id, name }) => ({ value: project_id, label: name }));
  if (choices.length < 2) return null;
  return <Choose label="Project" value={project} choices={choices} onChange={(next) => change({ project: next })} />;
}
