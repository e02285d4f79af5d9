import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet, redirect } from '@tanstack/react-router';
import { Frame } from './frame.tsx';
import { NotFound } from './not-found.tsx';
import { Gate } from './gate.tsx';
import { SignIn } from './sign-in.tsx';
import { lastProject } from './projects.ts';

/** The query of an address: plain words, the unknown ones kept. */
export type Query = Readonly<Record<string, string | undefined>>;

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound, validateSearch: (search): Query => search as Query });

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/p/$project/now', params: { project: lastProject() } });
  },
});
const signIn = createRoute({ getParentRoute: () => root, path: '/sign-in', component: SignIn });
const gate = createRoute({ getParentRoute: () => root, id: 'gate', component: Gate });
const project = createRoute({ getParentRoute: () => gate, path: '/p/$project', component: Frame, notFoundComponent: NotFound });
const settings = createRoute({ getParentRoute: () => gate, path: '/settings', component: Frame, notFoundComponent: NotFound });
const projectHome = createRoute({
  getParentRoute: () => project,
  path: '/',
  beforeLoad: ({ params }) => {
    throw redirect({ to: '/p/$project/now', params });
  },
});

const page = <P extends string>(path: P, component: ReturnType<typeof lazyRouteComponent>) =>
  createRoute({ getParentRoute: () => project, path, component });

const now = lazyRouteComponent(() => import('../now/now-page.tsx'));
const questions = lazyRouteComponent(() => import('../questions/questions-page.tsx'));
const messages = lazyRouteComponent(() => import('../messages/messages-page.tsx'));
const message = lazyRouteComponent(() => import('../messages/message-page.tsx'));
const threads = lazyRouteComponent(() => import('../threads/threads-page.tsx'));
const fleet = lazyRouteComponent(() => import('../fleet/fleet-page.tsx'));
const files = lazyRouteComponent(() => import('../fleet/files-page.tsx'));
const squads = lazyRouteComponent(() => import('../fleet/squads-page.tsx'));
const agent = lazyRouteComponent(() => import('../fleet/agent-page.tsx'));
const map = lazyRouteComponent(() => import('../map/map-page.tsx'));
const analytics = lazyRouteComponent(() => import('../analytics/analytics-page.tsx'));
const tasks = lazyRouteComponent(() => import('../tasks/tasks-page.tsx'));
const executions = lazyRouteComponent(() => import('../executions/executions-page.tsx'));
const execution = lazyRouteComponent(() => import('../executions/execution-page.tsx'));
const replay = lazyRouteComponent(() => import('../replay/replay-page.tsx'));
const memory = lazyRouteComponent(() => import('../memory/memory-page.tsx'));
const settingsPage = lazyRouteComponent(() => import('../settings/settings-page.tsx'));
const deadLetters = lazyRouteComponent(() => import('../dead-letters/dead-letters-page.tsx'));

const routeTree = root.addChildren([
  home,
  signIn,
  gate.addChildren([
    project.addChildren([
      projectHome,
      page('/now', now),
      page('/questions', questions),
      page('/questions/$id', questions),
      page('/messages', messages),
      page('/messages/$id', message),
      page('/threads', threads),
      page('/threads/$id', threads),
      page('/fleet', fleet),
      page('/fleet/squads', squads),
      page('/fleet/files', files),
      page('/fleet/$agent', agent),
      page('/fleet/$agent/$tab', agent),
      page('/map', map),
      page('/tasks', tasks),
      page('/executions', executions),
      page('/executions/$id', execution),
      page('/executions/$id/$tab', execution),
      page('/replay', replay),
      page('/memory', memory),
      page('/dead-letters', deadLetters),
      page('/analytics', analytics),
    ]),
    settings.addChildren([
      createRoute({ getParentRoute: () => settings, path: '/', component: settingsPage }),
      createRoute({ getParentRoute: () => settings, path: '/$tab', component: settingsPage }),
    ]),
  ]),
]);

export const router = createRouter({
  routeTree,
  defaultPreload: 'intent',
  defaultPreloadDelay: 30,
  // Plain words rather than JSON: an address is read and sent by people.
  parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  stringifySearch: (search) => {
    const pairs = Object.entries(search as Query).filter((pair): pair is [string, string] => pair[1] !== undefined && pair[1] !== '');
    const text = new URLSearchParams(pairs).toString().replace(/%3A/g, ':').replace(/%2C/g, ',');
    return text ? `?${text}` : '';
  },
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
