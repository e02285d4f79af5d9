import { useNavigate } from '@tanstack/react-router';
import { Actions } from '../ui/menu.tsx';
import type { MenuProps } from './lazy-menu.tsx';
import { useProjectId, useProjects } from './projects.ts';

/** Switches to another project. */
export default function ProjectMenu({ label, className, children, isOpen, onOpenChange }: MenuProps) {
  const navigate = useNavigate();
  const project = useProjectId();
  const { data } = useProjects();
  const actions = (data?.items ?? []).map(({ project_id, name }) => ({
    label: project_id === project ? <strong className="font-semibold">{name}</strong> : name,
    onSelect: () => void navigate({ to: '/p/$project/now', params: { project: project_id } }),
  }));
  const trigger = (
    <button type="button" className={className} aria-label={label}>
      {children}
    </button>
  );
  return <Actions isOpen={isOpen} onOpenChange={onOpenChange} trigger={trigger} actions={actions} />;
}
