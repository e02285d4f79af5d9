import { Views } from '../app/page.tsx';

export function FleetViews({ current }: { current: string }) {
  const views = [
    { name: 'Agents', to: 'fleet' },
    { name: 'Squads', to: 'fleet/squads' },
    { name: 'Graph', to: 'map' },
    { name: 'Held files', to: 'fleet/files' },
  ];
  return <Views views={views.map((view) => ({ ...view, isCurrent: view.to === current }))} />;
}
