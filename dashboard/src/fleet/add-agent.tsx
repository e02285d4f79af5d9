import { ProjectLink, textLink } from '../app/link.tsx';
import { useProjectId } from '../app/projects.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Command } from '../ui/empty.tsx';

/** How an agent comes in: it registers itself, so that this is told rather than done here. */
export default function AddAgent({ onClose }: { onClose: () => void }) {
  const project = useProjectId();
  const of = project === 'default' ? '' : ` --project ${project}`;
  return (
    <Dialog
      title="Add an agent"
      description="An agent registers the first time it comes in, and then appears here by itself."
      onClose={onClose}
      foot={
        <Button look="primary" onClick={onClose}>
          Done
        </Button>
      }
    >
      <h3 className="font-medium">On this server’s machine</h3>
      <Command>{`parley register ada --role backend_developer${of}`}</Command>
      <h3 className="mt-4 font-medium">On another machine</h3>
      <p className="text-foreground-2">Make a join token on the server, or under Settings, Tokens, and register with it:</p>
      <Command>{`parley token create --kind join${of}`}</Command>
      <Command>{`PARLEY_URL=${location.origin} PARLEY_TOKEN=parley_join_... parley register ada`}</Command>
      <h3 className="mt-4 font-medium">Only to look</h3>
      <p className="text-foreground-2">
        A small squad shows you around. It ends by itself. What it does is under{' '}
        <ProjectLink to="messages" className={textLink}>
          Messages
        </ProjectLink>
        .
      </p>
      <Command>parley demo squad</Command>
    </Dialog>
  );
}
