import { Link2 } from 'lucide-react';
import { useKeys } from '../app/keys.ts';
import { IconButton } from '../ui/button.tsx';
import { icon } from '../ui/icon.ts';
import { say } from '../ui/toast.tsx';

export function CopyThreadLink() {
  const copy = () => void navigator.clipboard?.writeText(location.href).then(() => say('Link copied'));
  useKeys({ y: copy });
  return (
    <IconButton label="Copy the link (Y)" onClick={copy}>
      <Link2 {...icon} />
    </IconButton>
  );
}
