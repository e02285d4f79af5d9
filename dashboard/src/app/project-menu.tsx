import { useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Actions } from '../ui/menu.tsx';
import { useProjectId, useProjects } from './projects.ts';

/** Switches to another project. */
export default function ProjectMenu({ children, className }: { children: ReactNode; className: string }) {
  const navigate = useNavigate();
  const project = useProjectId();
  const { data } = useProjects();
  const actions = (data?.items ?? []).map(({ project_id, name }) => ({
    label: project_id === project ? <strong className="font-semibold">{name}</strong> : name,
    onSelect: () => void navigate({ to: '/p/$project/now', params: { project: project_id } }),
  }));
  const trigger = (
    <button type="button" className={className} aria-label={`Project ${project}`}>
      {children}
    </button>
  );
  return <Actions trigger={trigger} actions={actions} />;
}
